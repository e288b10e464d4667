/** Tells people and programs what an import did: a message for each connection of its accounts, and events. */
import type { DatabaseTransactionConnection } from 'slonik'
import * as events from '../db/queries/events.ts'
import * as importAccounts from '../db/queries/import-accounts.ts'
import type { FinishedImport } from '../db/queries/import-states.ts'
import * as messages from '../db/queries/messages.ts'
import type { NewMessage } from '../domain/chatter.ts'
import type { NewEvent } from '../domain/event.ts'

type Tx = DatabaseTransactionConnection

/** What has ended, with the lines that it added to each account, or removed. */
interface Ended {
  importId: string
  how: 'imported' | 'reverted'
  finished: FinishedImport
  accounts: readonly { accountId: string; lines: number }[]
}

const authorOf = ({ requestedBy }: FinishedImport): NewMessage['author'] =>
  requestedBy === '' ? { kind: 'robot' } : { kind: 'user', name: requestedBy }

const messageOf = ({ importId, how, finished }: Ended, n: number): NewMessage => ({
  dedupeKey: `${how}:${importId}`,
  kind: 'message',
  code: how === 'imported' ? 'file.imported' : 'file.reverted',
  params: { n, file: finished.fileName },
  author: authorOf(finished),
})

const postedEvent = (connectionId: string, { dedupeKey, code, kind }: NewMessage): NewEvent => ({
  dedupeKey: `message:${connectionId}:${dedupeKey}`,
  type: 'message.posted',
  connectionId,
  content: { code, kind },
})

/** Posts in the caller's transaction, once for one import and end. */
export const announce = async (tx: Tx, ended: Ended): Promise<void> => {
  const { importId, how, finished, accounts } = ended
  const reaching = await importAccounts.listReaching(
    tx,
    accounts.map(({ accountId }) => accountId),
  )
  const told = new Map<string, number>()
  for (const { accountId, connectionId } of reaching) {
    const { lines = 0 } = accounts.find((account) => account.accountId === accountId) ?? {}
    told.set(connectionId, (told.get(connectionId) ?? 0) + lines)
  }
  const appended: NewEvent[] = []
  for (const [connectionId, n] of told) {
    if (n === 0) continue
    const message = messageOf(ended, n)
    await messages.post(tx, connectionId, [message])
    appended.push(postedEvent(connectionId, message))
  }
  appended.push(...linesEvents(ended), {
    dedupeKey: `import:${importId}:${how}`,
    type: how === 'imported' ? 'import.finished' : 'import.reverted',
    content: {
      importId,
      lines: how === 'imported' ? finished.linesAdded : finished.linesRemoved,
    },
  })
  // the counter of events is locked last and for the shortest time
  await events.append(tx, appended)
}

const linesEvents = ({ importId, how, accounts }: Ended): NewEvent[] =>
  how === 'reverted'
    ? []
    : accounts
        .filter(({ lines }) => lines > 0)
        .map(({ accountId, lines }) => ({
          dedupeKey: `lines:${importId}:${accountId}`,
          type: 'lines.added',
          accountId,
          content: { lines },
        }))
