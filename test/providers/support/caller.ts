/** What the caller of a provider does: keeps what is told of calls, stores pages by the rules of the interface. */
import type {
  CallOptions,
  Exchange,
  Page,
  ProviderSession,
} from '../../../activities/providers/provider.ts'
import { ProviderError } from '../../../activities/providers/provider.ts'

/** Options of a call that keep what was told about it. */
export const callOptions = (): CallOptions & { exchanges: Exchange[] } => {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    signal: new AbortController().signal,
    onExchange: (exchange) => exchanges.push(exchange),
  }
}

const restartsMax = 5

const isTakenBack = (error: unknown): boolean =>
  error instanceof ProviderError && error.failure.reason === 'pages_invalidated'

/**
 * What a caller stores of an account, by the rules of the interface. Provisional pages are stored with the last one and
 * forgotten by a failure; others at once, and the next attempt goes on where this one broke off.
 */
export const openStore = (isProvisional = false) => {
  const lines = new Map<string, Page['lines'][number]>()
  let cursor: string | null = null
  let position: string | null = null
  let staged: Page[] = []

  const store = (page: Page): void => {
    for (const line of page.lines) lines.set(line.lineKey, line)
    for (const key of page.removedLineKeys) lines.delete(key)
  }

  const take = (page: Page): void => {
    if (isProvisional) staged.push(page)
    else store(page)
    position = page.nextCursor
    if (page.hasMore) return
    for (const each of staged) store(each)
    staged = []
    cursor = page.nextCursor
    position = null
  }

  /** One run: pages until the last; the cursor moves with the last. Returns the pages. */
  const read = async (session: ProviderSession, providerAccountId: string): Promise<Page[]> => {
    const known = new Map([...lines].map(([key, { bookedOn }]) => [key, bookedOn]))
    const pages: Page[] = []
    for (let restarts = 0; ;) {
      if (pages.length > 500) throw new Error('a run without end')
      try {
        const at = position ?? cursor
        const page = await session.pullLines({ providerAccountId, cursor: at, known })
        pages.push(page)
        take(page)
        if (!page.hasMore) return pages
      } catch (error) {
        if (!isProvisional) throw error
        staged = []
        position = null
        restarts += 1
        if (!isTakenBack(error) || restarts > restartsMax) throw error
      }
    }
  }
  const moveTo = (place: string): void => {
    cursor = place
  }
  return { lines, read, cursor: () => cursor, moveTo }
}
