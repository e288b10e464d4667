import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callOptions } from '../support/caller.ts'
import type { LinkedYodlee } from '../support/linked-yodlee.ts'
import { openLinkedYodlee, yodleeAt, yodleeEnvironment } from '../support/linked-yodlee.ts'

let linked: LinkedYodlee
beforeAll(async () => {
  linked = await openLinkedYodlee()
})
afterAll(() => linked.stop())
beforeEach(() => linked.sim('POST', '/__sim/reset'))

const fail = (fault: object) => linked.sim('POST', '/__sim/fail-next', fault)
const minted = async (): Promise<number> =>
  (await linked.sim('GET', '/__sim/requests')).requests.filter(({ path }: { path: string }) =>
    path.endsWith('/auth/token'),
  ).length

describe('the token of a session', () => {
  test('is minted once, whatever is read with it', async () => {
    const { kept, accounts } = await linked.linkBank('Happy Bank')
    const before = await minted()
    const session = linked.open(kept)
    const { providerAccountId } = accounts[0]!
    await Promise.all([session.status(), session.status()])
    await session.pullLines({ providerAccountId, cursor: null, known: new Map() })
    expect(await minted()).toBe(before + 1)
  })

  test.each(['Y020', 'Y023', 'Y008', 'Y010'])(
    'refused once with %s is minted anew',
    async (code) => {
      const { kept } = await linked.linkBank('Happy Bank')
      const session = linked.open(kept)
      await fail({ endpoint: 'yodlee/provider-accounts', code, status: 401 })
      expect((await session.status()).health).toBe('ok')
    },
  )

  test('refused twice is the matter of the operator, not of the person', async () => {
    const { kept } = await linked.linkBank('Happy Bank')
    await fail({ endpoint: 'yodlee/provider-accounts', code: 'Y020', status: 401, times: 2 })
    await expect(linked.open(kept).status()).rejects.toMatchObject({
      failure: { code: 'operator_misconfigured', reason: 'token_refused' },
    })
  })

  test('is never part of what is told of a call, nor is a key', async () => {
    const { kept } = await linked.linkBank('Happy Bank')
    const { exchanges, onExchange } = callOptions()
    await linked.open(kept, { onExchange: onExchange! }).status()
    const text = JSON.stringify(exchanges)
    expect(exchanges.map(({ path }) => path)).toContain('/ysl/auth/token')
    expect(text).not.toContain('sandbox-secret')
    expect(text).not.toContain('Bearer')
  })
})

test('wrong keys are the matter of the operator', async () => {
  const environment = yodleeEnvironment(linked.yodleeUrl)
  const wrong = yodleeAt({ ...environment, YODLEE_CLIENT_SECRET: 'not-the-one' })
  await expect(wrong.listInstitutions(null, callOptions())).rejects.toMatchObject({
    failure: { code: 'operator_misconfigured', scope: 'provider', providerCode: 'Y301' },
  })
})

test('a refusal is told with the reference that Yodlee gave it', async () => {
  const { kept } = await linked.linkBank('Happy Bank')
  await fail({ endpoint: 'yodlee/provider-accounts', code: 'Y904' })
  await expect(linked.open(kept).status()).rejects.toMatchObject({
    failure: { code: 'provider_unavailable', providerRequestId: expect.stringMatching(/^y\w+/) },
  })
})
