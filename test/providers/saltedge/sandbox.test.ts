import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebhookRefused } from '../../../activities/providers/provider.ts'
import type { Institution } from '../../../domain/institution.ts'
import type { Json } from '../../sandbox/client.ts'
import { callOptions } from '../support/caller.ts'
import type { LinkedSaltEdge } from '../support/linked-saltedge.ts'
import { callbackUrl, openLinkedSaltEdge } from '../support/linked-saltedge.ts'

let linked: LinkedSaltEdge
beforeAll(async () => {
  linked = await openLinkedSaltEdge()
})
afterAll(() => linked.stop())
beforeEach(async () => {
  await linked.sim('POST', '/__sim/reset')
  await linked.sim('PATCH', '/__sim/saltedge/settings', { webhookUrl: callbackUrl })
  // nobody listens at that address: what would be sent is only looked at
  await linked.sim('POST', '/__sim/saltedge/webhooks', { action: 'hold' })
})

interface Event {
  type: string
  headers: Record<string, string>
  body: string
}

const believed = ({ type, headers, body }: Event) =>
  linked.provider.verifyWebhook(
    { headers, body: Buffer.from(body), url: `/hooks/saltedge/${type}` },
    { ...callOptions(), nowMs: Date.now() },
  )

const fired = (type: string, more: object = {}): Promise<Event> =>
  linked.sim('POST', '/__sim/saltedge/webhooks', { action: 'fire', type, ...more })

describe('callbacks of the sandbox', () => {
  test('of a link tell its flow from the first stage to the end', async () => {
    const { url, eventRef } = await linked.begin('Happy Bank')
    const callback = await linked.decide(url, 'approve')
    const { events } = await linked.sim('GET', '/__sim/saltedge/webhooks')
    const told = (await Promise.all(events.map(believed))).flat()
    expect(told.length).toBeGreaterThan(2)
    for (const event of told)
      expect(event).toMatchObject({ eventRef, providerConnectionId: callback['connection_id'] })
    expect(told.at(-1)!.kind).toBe('link_finished')
    expect(new Set(told.slice(0, -1).map(({ kind }) => kind))).toEqual(new Set(['progress']))
  })

  test('of a link that was declined tell its flow without a connection', async () => {
    const { url, eventRef } = await linked.begin('Happy Bank')
    await linked.decide(url, 'deny')
    const { events } = await linked.sim('GET', '/__sim/saltedge/webhooks')
    expect(await believed(events.at(-1))).toMatchObject([{ kind: 'failed', eventRef }])
  })

  test('of a connection that is removed say that it is gone', async () => {
    const { providerConnectionId, secrets } = await linked.link()
    await linked.open(secrets).revoke()
    const { events } = await linked.sim('GET', '/__sim/saltedge/webhooks')
    expect(await believed(events.at(-1))).toMatchObject([
      { kind: 'connection_gone', providerConnectionId },
    ])
  })

  test.each([
    { alteredBody: true },
    { foreignKey: true },
    { bodyOnly: true },
    { signedUrl: `${callbackUrl}/failure` },
    { algorithm: 'RSA-SHA1' },
    { unsigned: true },
    { ageSeconds: 301 },
  ])('with the flaw %o are refused', async (flaws) => {
    await linked.link()
    await expect(believed(await fired('success', { flaws }))).rejects.toThrow(WebhookRefused)
  })

  test('with a key version, or a few minutes old, are believed', async () => {
    await linked.link()
    for (const flaws of [{ keyVersion: '5.0' }, { ageSeconds: 290 }, {}])
      expect(await believed(await fired('notify', { flaws }))).toHaveLength(1)
  })
})

describe('the catalogue', () => {
  const all = async (): Promise<Institution[]> => {
    const found: Institution[] = []
    let page: string | null = null
    for (let pages = 0; pages < 100; pages += 1) {
      const answer: Json = await linked.provider.listInstitutions(page, callOptions())
      found.push(...answer.institutions)
      if (answer.nextPage === null) return found
      page = answer.nextPage
    }
    throw new Error('a catalogue without end')
  }

  test('comes page by page, each institution once and none that is turned off', async () => {
    const open = await linked.newBank()
    const closed = await linked.newBank({ status: 'disabled' })
    const manual = await linked.newBank({ automaticFetch: false })
    const institutions = await all()
    const codes = institutions.map(({ providerInstitutionId }) => providerInstitutionId)
    expect(new Set(codes).size).toBe(codes.length)
    const named = (name: string) => institutions.find((each) => each.name === name)
    expect(named(open)).toMatchObject({ unattended: true, status: 'available' })
    expect(named(closed)).toBeUndefined()
    expect(named(manual)).toMatchObject({ unattended: false })
    expect(named(open)!.historyDays).toBeGreaterThan(0)
  })
})
