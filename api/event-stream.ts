/** Server-sent events (WHATWG HTML, section 9.2): how a stream is opened, what an event looks like, how many are open. */

/** Headers of an event stream; the last keeps a proxy from holding events back. */
export const eventStreamHeaders: Readonly<Record<string, string>> = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
}

/** One event; a reader that comes back names the last `id` it saw in Last-Event-ID. */
export const eventText = (event: string, { id, data }: { id?: string; data: unknown }): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`

/** A line that readers skip; it keeps a quiet connection from being taken for a dead one. */
export const heartbeat = ': still here\n\n'

/** Counts what is open for each tenant. */
export interface OpenStreams {
  perTenantMax: number
  /** Counts one more and returns what counts it off again; null where the tenant has as many as it may. */
  open(tenantId: string): (() => void) | null
}

/** Allows each tenant so many streams at once in this process. */
export const createOpenStreams = (perTenantMax = 20): OpenStreams => {
  const counts = new Map<string, number>()
  return {
    perTenantMax,
    open(tenantId) {
      const count = counts.get(tenantId) ?? 0
      if (count >= perTenantMax) return null
      counts.set(tenantId, count + 1)
      let isOpen = true
      return () => {
        if (!isOpen) return
        isOpen = false
        const left = (counts.get(tenantId) ?? 1) - 1
        if (left === 0) counts.delete(tenantId)
        else counts.set(tenantId, left)
      }
    },
  }
}
