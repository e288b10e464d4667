import { heartbeat } from '@temporalio/activity'

const everyMs = 5_000

/** Runs long work with a heartbeat every five seconds, so that a dead worker is noticed and a short call costs none. */
export const withHeartbeat = async <T>(
  work: (progress: (pages: number) => void) => Promise<T>,
): Promise<T> => {
  let pages = 0
  const timer = setInterval(() => heartbeat({ pages }), everyMs)
  try {
    return await work((count) => {
      pages = count
    })
  } finally {
    clearInterval(timer)
  }
}
