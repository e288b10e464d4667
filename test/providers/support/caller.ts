/** What the caller of a provider does: keeps what is told of calls, stores pages by the rules of the interface. */
import type {
  CallOptions,
  Exchange,
  Page,
  ProviderSession,
} from '../../../activities/providers/provider.ts'

/** Options of a call that keep what was told about it. */
export const callOptions = (): CallOptions & { exchanges: Exchange[] } => {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    signal: new AbortController().signal,
    onExchange: (exchange) => exchanges.push(exchange),
  }
}

/** What a caller stores of an account, by the rules of the interface. */
export const openStore = () => {
  const lines = new Map<string, Page['lines'][number]>()
  let cursor: string | null = null

  /** One run: pages until the last, each stored; the cursor moves with the last. Returns the pages. */
  const read = async (session: ProviderSession, providerAccountId: string): Promise<Page[]> => {
    const known = new Map([...lines].map(([key, { bookedOn }]) => [key, bookedOn]))
    const pages: Page[] = []
    for (let position = cursor; ; position = pages.at(-1)!.nextCursor) {
      if (pages.length > 500) throw new Error('a run without end')
      const page = await session.pullLines({ providerAccountId, cursor: position, known })
      pages.push(page)
      for (const line of page.lines) lines.set(line.lineKey, line)
      for (const key of page.removedLineKeys) lines.delete(key)
      if (!page.hasMore) break
    }
    cursor = pages.at(-1)!.nextCursor
    return pages
  }
  const moveTo = (position: string): void => {
    cursor = position
  }
  return { lines, read, cursor: () => cursor, moveTo }
}
