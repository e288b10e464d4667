import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashLinkState, linkStateOf } from '../../db/link-state.ts'
import * as linkFlows from '../../db/queries/link-flows.ts'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import { withTenant } from '../../db/tenant.ts'
import { aConnection } from './support/builders.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld({ withoutWorker: true })
})
afterAll(() => world.close())

const parameters = {
  fastLinkURL: 'https://widget.test/fastlink',
  accessToken: 'Bearer </script><script>steal()',
  params: { configName: 'Aggregation' },
}

/** A flow whose provider gave a widget; returns the path of our page. */
const aWidget = async (ttlSeconds = 600) => {
  const connectionId = await aConnection(world)
  const flowId = randomUUID()
  const { pool, deps, a } = world
  const state = linkStateOf(deps.vault, flowId)
  await withTenant(pool, a.tenantId, async (tx) => {
    await linkFlows.create(tx, {
      id: flowId,
      connectionId,
      kind: 'link',
      stateHash: hashLinkState(state),
      returnUrl: 'https://erp.test/',
      locale: 'fr',
      ttlSeconds: 600,
    })
    const value = JSON.stringify({
      widget: 'fastlink',
      scriptUrl: 'https://cdn.test/initialize.js',
      parameters,
    })
    const opener = { tx, vault: deps.vault }
    await oneTimeSecrets.store(opener, { purpose: 'link_page', id: flowId, value, ttlSeconds })
  })
  return { flowId, state }
}

const open = (flowId: string, state: string) =>
  world.call('GET', `/link/yodlee/${flowId}?state=${encodeURIComponent(state)}`, { key: null })

test('the page opens for whoever has the secret of the flow, as often as it is loaded', async () => {
  const { flowId, state } = await aWidget()
  for (let times = 0; times < 2; times += 1) {
    const page = await open(flowId, state)
    expect(page.status).toBe(200)
    expect(page.text).toContain('"configName":"Aggregation"')
    expect(page.headers.get('cache-control')).toBe('no-store')
  }
})

test("another flow's secret, none at all, or one too late opens nothing", async () => {
  const [one, other, late] = [await aWidget(), await aWidget(), await aWidget(0)]
  const answers = [
    await open(one.flowId, other.state),
    await open(one.flowId, ''),
    await open(randomUUID(), one.state),
    await open(late.flowId, late.state),
  ]
  for (const { status, text } of answers) {
    expect(status).toBe(400)
    expect(text).not.toContain('fastlink')
  }
})

test('what is handed to the widget cannot break out of its script, and the page reaches its hosts only', async () => {
  const { flowId, state } = await aWidget()
  const { text, headers } = await open(flowId, state)
  expect(text.match(/<\/script>/g)).toHaveLength(1)
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toMatch(/script-src 'nonce-[^']+' https:\/\/cdn\.test;/)
  expect(policy).toContain('frame-src https://cdn.test https://widget.test;')
})
