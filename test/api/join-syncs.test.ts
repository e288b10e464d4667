import { expect, test } from 'vitest'
import { createJoinSyncs } from '../../api/connections/join-syncs.ts'
import type { SyncNowAnswer } from '../../workflows/messages.ts'

const started: SyncNowAnswer = { kind: 'started', runId: 'run-1' }

const sending = () => {
  const { promise, resolve, reject } = Promise.withResolvers<SyncNowAnswer>()
  let sent = 0
  const send = (): Promise<SyncNowAnswer> => {
    sent += 1
    return promise
  }
  return { send, resolve, reject, sent: () => sent }
}

test('equal commands under way are sent once, and those that were folded are told that they joined', async () => {
  const join = createJoinSyncs()
  const { send, resolve, sent } = sending()
  const answers = Array.from({ length: 50 }, () => join('one', send))
  resolve(started)
  const kinds = (await Promise.all(answers)).map(({ kind }) => kind)
  expect(sent()).toBe(1)
  expect(kinds.filter((kind) => kind === 'started')).toHaveLength(1)
  expect(kinds.filter((kind) => kind === 'joined')).toHaveLength(49)
})

test('other connections are not waited for, and after the answer the next command is sent again', async () => {
  const join = createJoinSyncs()
  const { send, resolve, sent } = sending()
  const both = [join('one', send), join('two', send)]
  expect(sent()).toBe(2)
  resolve(started)
  await Promise.all(both)
  await join('one', send)
  expect(sent()).toBe(3)
})

test('a failure is everybody’s failure and is forgotten with it', async () => {
  const join = createJoinSyncs()
  const { send, reject, sent } = sending()
  const both = [join('one', send), join('one', send)]
  reject(new Error('away'))
  for (const answer of both) await expect(answer).rejects.toThrow('away')
  await join('one', send).catch(() => undefined)
  expect(sent()).toBe(2)
})

test('a refusal is told to all', async () => {
  const join = createJoinSyncs()
  const { send, resolve } = sending()
  const both = [join('one', send), join('one', send)]
  resolve({ kind: 'refused', why: 'consent', until: null })
  for (const answer of both) expect((await answer).kind).toBe('refused')
})
