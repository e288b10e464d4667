/** The events of each provider as its side of the sandbox makes them, and their way to the product over HTTP. */
import { waitFor } from '../../../scripts/erp.ts'
import type { Stage } from '../../bad-days/support/stage.ts'
import type { Json } from '../../sandbox/client.ts'
import type { ProviderName } from './at-provider.ts'
import type { Linked } from './customer.ts'

interface Signed {
  body: string
  headers: Record<string, string>
  url: string
  /** What the product answered the sandbox; null where it was kept back. */
  status: number | null
}

export interface News {
  /** Makes an event about new lines and sends it, unless events are held. */
  linesOf: (linked: Linked, flaws?: Json) => Promise<Signed>
  /** The same about a connection that nobody here knows. */
  linesOfStranger: (stage: Stage) => Promise<Signed>
  /** Something that nobody has heard of yet. */
  unheard: (linked: Linked) => Promise<Signed>
  /** Events are made but not sent from now on. */
  hold: (stage: Stage) => Promise<unknown>
  release: (stage: Stage) => Promise<unknown>
  /** What can be wrong with an event, by name. */
  flaws: Record<string, Json>
  /** Endpoints that may be asked for keys. */
  keys: string[]
}

/** Posts an event to the product as it is. */
export const deliver = async ({ url, headers, body }: Omit<Signed, 'status'>) => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  const told: Json = await answer.json()
  return { status: answer.status, body: told }
}

/** Resolves when every event that was made so far has reached the product. */
export const allTold = async (stage: Stage): Promise<void> => {
  for (const side of ['', 'plaid/', 'yodlee/', 'saltedge/'])
    await waitFor(`the events of ${side || 'ponto/'}`, async () => {
      const { events }: Json = await stage.sandbox('GET', `/__sim/${side}webhooks`)
      return events.every(({ status }: Json) => status !== null)
    })
}

const stranger = '7d1f2f34-5c0c-4f0e-9a55-2f7e3b6f4b10'
const hour = { ageSeconds: 3_600 }

const ponto = (): News => {
  const fire = async (stage: Stage, wish: Json): Promise<Signed> => {
    const event: Json = await stage.sandbox('POST', '/__sim/webhooks', { action: 'fire', ...wish })
    const url = stage.stack.env['SANDBOX_WEBHOOK_URL'] ?? ''
    return { ...event, url, headers: { signature: event.signature } }
  }
  const firstAccount = async ({ stage, bankId }: Linked): Promise<string> => {
    const bank: Json = await stage.sandbox('GET', `/__sim/banks/${bankId}`)
    return bank.accounts[0].reference
  }
  const act = (stage: Stage, action: string) => stage.sandbox('POST', '/__sim/webhooks', { action })
  const type = 'account.transactionsCreated'
  return {
    linesOf: async (linked, flaws = {}) =>
      fire(linked.stage, { type, account: await firstAccount(linked), flaws }),
    linesOfStranger: (stage) => fire(stage, { type, organization: stranger }),
    unheard: async (linked) =>
      fire(linked.stage, { type: 'account.painted', account: await firstAccount(linked) }),
    hold: (stage) => act(stage, 'hold'),
    release: (stage) => act(stage, 'release'),
    flaws: {
      'an altered body': { alteredBody: true },
      'a signature of another key': { foreignKey: true },
      'a key that is not published': { unknownKid: true },
      'an old signature': hour,
      'another application': { audience: 'somebody-else' },
      'another issuer': { issuer: 'https://elsewhere.example' },
    },
    keys: ['jwks'],
  }
}

const plaid = (): News => {
  const send = async (stage: Stage, wish: Json): Promise<Signed> => {
    const event: Json = await stage.sandbox('POST', '/__sim/plaid/webhooks', wish)
    return { ...event, headers: { 'plaid-verification': event.signature } }
  }
  const itemOf = async ({ stage, bankId }: Linked): Promise<string> => {
    const { connections }: Json = await stage.sandbox('GET', '/__sim/plaid/connections')
    return connections.findLast(({ bank, gone }: Json) => bank === bankId && !gone).id
  }
  const act = (stage: Stage, action: string) =>
    stage.sandbox('POST', '/__sim/plaid/webhooks', { action })
  const fired = { action: 'fire', code: 'SYNC_UPDATES_AVAILABLE' }
  return {
    linesOf: async (linked, flaws = {}) =>
      send(linked.stage, { ...fired, connection: await itemOf(linked), flaws }),
    linesOfStranger: (stage) => send(stage, { ...fired, fields: { item_id: stranger } }),
    unheard: async (linked) =>
      send(linked.stage, { ...fired, code: 'PAINTED', connection: await itemOf(linked) }),
    hold: (stage) => act(stage, 'hold'),
    release: (stage) => act(stage, 'release'),
    flaws: {
      'an altered body': { alteredBody: true },
      'a signature of another key': { foreignKey: true },
      'a key that is not published': { unknownKid: true },
      'an old signature': hour,
      'another algorithm': { algorithm: 'HS256' },
    },
    keys: ['plaid/webhook_verification_key/get'],
  }
}

const yodlee = (): News => {
  const urlOf = ({ stack }: Stage) => stack.env['SANDBOX_YODLEE_WEBHOOK_URL'] ?? ''
  const send = async (stage: Stage, wish: Json): Promise<Signed> => {
    const event: Json = await stage.sandbox('POST', '/__sim/yodlee/webhooks', wish)
    return { ...event, url: urlOf(stage), headers: {} }
  }
  const idOf = async ({ stage, bank: name }: Linked): Promise<number> => {
    const { connections }: Json = await stage.sandbox('GET', '/__sim/yodlee/connections')
    return connections.findLast(({ bank }: Json) => bank === name).id
  }
  const act = (stage: Stage, action: string) =>
    stage.sandbox('POST', '/__sim/yodlee/webhooks', { action })
  const fired = { action: 'fire', event: 'DATA_UPDATES' }
  return {
    // nothing is signed: what can be wrong is the address
    async linesOf(linked, { wrongAddress } = {}) {
      const connection = await idOf(linked)
      if (!wrongAddress) return send(linked.stage, { ...fired, connection })
      await act(linked.stage, 'hold')
      const event = await send(linked.stage, { ...fired, connection })
      const url = `${urlOf(linked.stage)}_`
      return { ...event, url, status: (await deliver({ ...event, url })).status }
    },
    linesOfStranger: (stage) => send(stage, { ...fired, loginName: stranger }),
    async unheard(linked) {
      const event = { info: 'PAINTED.WALLS', loginName: stranger, data: {} }
      const made = { url: urlOf(linked.stage), headers: {}, body: JSON.stringify({ event }) }
      return { ...made, status: (await deliver(made)).status }
    },
    hold: (stage) => act(stage, 'hold'),
    release: (stage) => act(stage, 'release'),
    flaws: { 'another address': { wrongAddress: true } },
    keys: [],
  }
}

const saltedge = (): News => {
  const send = (stage: Stage, wish: Json) =>
    stage.sandbox<Signed>('POST', '/__sim/saltedge/webhooks', wish)
  const idOf = async ({ stage, bankId }: Linked): Promise<string> => {
    const { connections }: Json = await stage.sandbox('GET', '/__sim/saltedge/connections')
    return connections.findLast(({ bank }: Json) => bank === bankId).id
  }
  const act = (stage: Stage, action: string) => send(stage, { action })
  const fired = { action: 'fire', type: 'success' }
  return {
    linesOf: async (linked, flaws = {}) =>
      send(linked.stage, { ...fired, connection: await idOf(linked), flaws }),
    linesOfStranger: (stage) => send(stage, { ...fired, connection: '111222333' }),
    unheard: async (linked) =>
      send(linked.stage, {
        ...fired,
        type: 'service',
        connection: await idOf(linked),
        data: { reason: 'painted' },
      }),
    hold: (stage) => act(stage, 'hold'),
    release: (stage) => act(stage, 'release'),
    flaws: {
      'an altered body': { alteredBody: true },
      'a signature of another key': { foreignKey: true },
      'a signature without the address': { bodyOnly: true },
      'a signature of another address': { signedUrl: 'https://elsewhere.example/success' },
      'another algorithm': { algorithm: 'RSA-SHA1' },
      'no signature': { unsigned: true },
      'an old time': hour,
    },
    keys: [],
  }
}

export const news: Record<ProviderName, News> = {
  ponto: ponto(),
  plaid: plaid(),
  yodlee: yodlee(),
  saltedge: saltedge(),
}
