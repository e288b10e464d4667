import type { Provider } from '../activities/providers/provider.ts'
import type { Deps } from './deps.ts'
import { Problem } from './problem.ts'

/** The provider of that name, or null where it is not offered here. */
export const maybeProvider = (
  { providers }: Pick<Deps, 'providers'>,
  name: string,
): Provider | null => [...providers.values()].find(({ id }) => id === name) ?? null

/** The provider of that name; 400 at `pointer` where it is not offered here. */
export const offeredProvider = (
  deps: Pick<Deps, 'providers'>,
  name: string,
  pointer: string,
): Provider => {
  const provider = maybeProvider(deps, name)
  if (provider === null)
    throw new Problem('validation-failed', 'unknown_provider', {
      errors: [{ pointer, detail: 'unknown provider' }],
    })
  return provider
}
