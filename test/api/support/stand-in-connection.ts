/** A stand-in for the connection workflow: answers like the real one, and tells what reached it. */
import { condition, proxyActivities, setHandler } from '@temporalio/workflow'
import { defineQuery } from '@temporalio/workflow'
import type { ConnectionInput, ConnectionStatus, RefusedWhy } from '../../../workflows/messages.ts'
import * as messages from '../../../workflows/messages.ts'
import type { Activities } from './stand-in-activities.ts'

export interface Received {
  name: string
  input: unknown
}

const received = defineQuery<Received[]>('received')

const { openPage } = proxyActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 1 },
})

const status: ConnectionStatus = {
  state: 'connected',
  awaiting: 'nothing',
  autoSync: true,
  failureCode: null,
  nextSyncAt: null,
  runId: null,
  challengeId: null,
  lastOutcome: null,
}

/** Signals `{ kind: 'refuse:<why>' }`, `{ kind: 'mfa:<verdict>' }` and `{ kind: 'end' }` steer it. */
export async function connection({ tenantId }: ConnectionInput): Promise<void> {
  const seen: Received[] = []
  const flows: string[] = []
  let runId: string | null = null
  let refused: RefusedWhy | null = null
  let isOver = false
  let mfa: messages.MfaVerdict['kind'] = 'sent'

  const note = (name: string, input: unknown): void => void seen.push({ name, input })
  setHandler(received, () => seen)
  setHandler(messages.syncNow, ({ requestId }) => {
    note('syncNow', { requestId })
    if (refused !== null)
      return {
        kind: 'refused',
        why: refused,
        until: refused === 'quota' ? '2027-01-02T03:04:05.000Z' : null,
      }
    const kind = runId === null ? 'started' : 'joined'
    runId ??= requestId
    return { kind, runId }
  })
  setHandler(messages.answerMfa, (input) => {
    note('answerMfa', input)
    return mfa === 'sent' ? { kind: mfa, runId: input.challengeId } : { kind: mfa }
  })
  for (const [name, update] of Object.entries({
    beginLink: messages.beginLink,
    beginRenewal: messages.beginRenewal,
    reconnect: messages.reconnect,
  }))
    setHandler(update, (input) => {
      note(name, input)
      flows.push(input.flowId)
      return input
    })
  setHandler(messages.completeLink, (input) => {
    note('completeLink', input)
    return input
  })
  setHandler(messages.chooseAccounts, (input) => {
    note('chooseAccounts', input)
    return status
  })
  setHandler(messages.refreshAccounts, (input) => {
    note('refreshAccounts', input)
    return status
  })
  setHandler(messages.setAutoSync, (input) => {
    note('setAutoSync', input)
    return status
  })
  const disconnect = (input: messages.RequestInput): ConnectionStatus => {
    note('disconnect', input)
    return status
  }
  const validator = (_input: messages.RequestInput): void => {
    if (refused === 'blocked') throw new TypeError('refused by the validator')
  }
  setHandler(messages.disconnect, disconnect, { validator })
  setHandler(messages.credentialsUpdated, (input) => note('credentialsUpdated', input))
  setHandler(messages.providerEvent, (input) => {
    note('providerEvent', input)
    const kind = String((input as { kind?: unknown }).kind)
    if (kind.startsWith('refuse:')) refused = kind.slice(7) as RefusedWhy
    if (kind.startsWith('mfa:')) mfa = kind.slice(4) as typeof mfa
    if (kind === 'end') isOver = true
  })

  for (;;) {
    await condition(() => isOver || flows.length > 0)
    const flowId = flows.shift()
    if (flowId === undefined) return
    await openPage({ tenantId, flowId })
  }
}
