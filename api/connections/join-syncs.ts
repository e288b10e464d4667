import type { SyncNowAnswer } from '../../workflows/messages.ts'

/**
 * Folds equal commands that are under way in this process: the server takes ten updates of one workflow at a time, and
 * fifty clicks want one run anyway. Those that were folded are told that they joined.
 */
export const createJoinSyncs = () => {
  const underWay = new Map<string, Promise<SyncNowAnswer>>()

  return async (
    connectionId: string,
    send: () => Promise<SyncNowAnswer>,
  ): Promise<SyncNowAnswer> => {
    const first = underWay.get(connectionId)
    if (first !== undefined) {
      const answer = await first
      return answer.kind === 'started' ? { kind: 'joined', runId: answer.runId } : answer
    }
    const own = send().finally(() => underWay.delete(connectionId))
    underWay.set(connectionId, own)
    return own
  }
}
