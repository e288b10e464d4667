/** A run as a caller does it: page after page to the last, nothing kept. */
import type { Page, PullRequest } from '../activities/providers/provider.ts'
import { createProviders } from '../activities/providers/registry.ts'
import type { ProviderSession } from '../activities/providers/provider.ts'
import { providerId } from '../domain/ids.ts'
import { Secret } from '../domain/secret.ts'
import type { ProviderName } from './provider-sandbox.ts'

const pagesMax = 1_000

/** What an adapter needs to read a bank that is linked. */
export interface Linked {
  name: ProviderName
  environment: Record<string, string>
  secrets: string
  providerAccountId: string
}

/** Opens the adapter's session of a linked bank. */
export const openLinked = ({ name, environment, secrets }: Linked): ProviderSession => {
  const provider = createProviders([name], environment).get(providerId(name))
  if (!provider) throw new Error(`no provider ${name}`)
  let kept = new Secret(secrets)
  return provider.openSession(kept, {
    signal: new AbortController().signal,
    claimRotation: () => Promise.resolve(kept),
    onSecretsRotated: (rotated) => {
      kept = rotated
      return Promise.resolve()
    },
  })
}

/** Reads a whole history; tells of every page what was asked for it. Returns how many lines there were. */
export const readHistory = async (
  session: ProviderSession,
  providerAccountId: string,
  onPage: (page: Page, request: PullRequest) => void,
): Promise<number> => {
  let cursor: string | null = null
  let lines = 0
  for (let pages = 0; pages < pagesMax; pages += 1) {
    const request: PullRequest = { providerAccountId, cursor, known: new Map() }
    const page = await session.pullLines(request)
    onPage(page, request)
    lines += page.lines.length
    if (!page.hasMore) return lines
    cursor = page.nextCursor
  }
  throw new Error('a run without end')
}
