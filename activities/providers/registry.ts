import { providerId, type ProviderId } from '../../domain/ids.ts'
import { plaidFromEnvironment } from './plaid/index.ts'
import { pontoFromEnvironment } from './ponto/index.ts'
import type { Provider } from './provider.ts'
import { saltedgeFromEnvironment } from './saltedge/index.ts'
import { yodleeFromEnvironment } from './yodlee/index.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Every provider there is, one line each. */
const makers: ReadonlyMap<string, (environment: Environment) => Provider> = new Map([
  ['ponto', pontoFromEnvironment],
  ['plaid', plaidFromEnvironment],
  ['saltedge', saltedgeFromEnvironment],
  ['yodlee', yodleeFromEnvironment],
])

/** Names under which providers can be enabled. */
export const providerNames: readonly string[] = [...makers.keys()]

/** Makes the named providers; the environment is read for those only. Throws a sentence per wrong name or key. */
export const createProviders = (
  names: readonly string[],
  environment: Environment,
): ReadonlyMap<ProviderId, Provider> =>
  new Map(
    names.map((name) => {
      const make = makers.get(name)
      if (!make)
        throw new Error(`PROVIDERS names "${name}"; there are: ${providerNames.join(', ')}.`)
      return [providerId(name), make(environment)] as const
    }),
  )
