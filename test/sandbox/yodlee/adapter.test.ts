import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LinkedYodlee } from '../../providers/support/linked-yodlee.ts'
import { openLinkedYodlee } from '../../providers/support/linked-yodlee.ts'
import { yodleeConformance } from './conformance.ts'
import { Secret } from '../../../domain/secret.ts'

const conformance = yodleeConformance()
let linked: LinkedYodlee

beforeAll(async () => {
  linked = await openLinkedYodlee({ observe: conformance.observe })
})
afterAll(() => linked.stop())

const request = { providerAccountIds: [], idempotencyKey: 'one' }

test('what the adapter asks on its way from a link to a revoked connection is as described', async () => {
  await linked.script('MFA Bank', { mfaAt: 'refresh' })
  const { kept, accounts } = await linked.linkBank('MFA Bank')
  const session = linked.open(kept)
  await session.status()
  const { providerAccountId } = accounts[0]!
  const page = await session.pullLines({ providerAccountId, cursor: null, known: new Map() })
  expect(page.lines.length).toBeGreaterThan(0)
  await linked.advance(20 * 60_000)
  const started = await session.requestRefresh('attended', request)
  if (started.state !== 'started') throw new Error(started.state)
  await linked.advance(10_000)
  const asked = await session.refreshProgress(started.ref, request)
  if (asked.state !== 'challenge' || asked.challenge.kind !== 'fields') throw new Error(asked.state)
  const { ref } = await session.answerMfa({
    ref: asked.ref,
    kept: new Secret(asked.challenge.keep),
    answers: new Secret({ token: '123456' }),
  })
  await linked.advance(10_000)
  expect(await session.refreshProgress(ref, request)).toEqual({ state: 'done' })
  await session.revoke()
  expect(conformance.problems()).toEqual([])
})
