/** Waiting for an import to get somewhere, through short absences of the service. */
import { setTimeout as delay } from 'node:timers/promises'
import { Unavailable, type Api } from './api.ts'
import type { ImportWithPreview } from './imports.ts'

const limitMs = 1_800_000
/** With the pauses between them a service has half a minute to come back. */
const missesMax = 5

export interface Waiting {
  id: string
  isOver: (one: ImportWithPreview) => boolean
  onLook?: (one: ImportWithPreview) => void
  /** Ends the waiting with an AbortError. */
  signal?: AbortSignal
  /** The pause between two looks, which grows with every one that misses the service. */
  everyMs?: number
}

/**
 * Looks at an import until it is where it should be, for half an hour at most. A refusal ends it at once, a service
 * that is away after five looks in a row; both are thrown as they came.
 */
export const waitForImport = async (
  api: Api,
  { id, isOver, onLook, signal, everyMs = 250 }: Waiting,
): Promise<ImportWithPreview> => {
  const deadline = performance.now() + limitMs
  let misses = 0
  while (performance.now() < deadline) {
    try {
      const one = await api.call<ImportWithPreview>('GET', `/v1/imports/${encodeURIComponent(id)}`)
      misses = 0
      onLook?.(one)
      if (isOver(one)) return one
    } catch (error) {
      misses += 1
      if (!(error instanceof Unavailable) || misses === missesMax) throw error
    }
    await delay(everyMs * 3 ** misses, undefined, signal === undefined ? {} : { signal })
  }
  throw new Unavailable(`The import ${id} did not end within half an hour; look at it again later.`)
}
