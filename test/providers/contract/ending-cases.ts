/** Contract: what a provider takes away, what is asked of it, and what is told of every call. */
import { describe, expect, test } from 'vitest'
import { ProviderError, WebhookRefused } from '../../../activities/providers/provider.ts'
import { callOptions } from '../support/caller.ts'
import type { Arrangement } from './arrangement.ts'
import { openCase } from './bank.ts'
import type { Cases } from './cases.ts'

/** Registers them. */
export const describeEnding = (cases: Cases): void => {
  describe('what a provider takes away', () => {
    const seenOf = async (session: ReturnType<Arrangement['open']>, providerAccountId: string) => {
      try {
        const status = await session.status()
        const account = status.accounts.find((each) => each.providerAccountId === providerAccountId)
        if (account === undefined && status.failure === undefined) return 'account_gone'
        return status.failure?.code ?? account?.failure?.code ?? 'none'
      } catch (error) {
        return error instanceof ProviderError ? error.failure.code : String(error)
      }
    }

    cases.caseOf('consent', 'a consent that has ended is told as that', async () => {
      const { held, session } = await openCase(cases.at, { count: 2 })
      await cases.at.drop('consent', held)
      expect(await seenOf(session(), held.providerAccountId)).toBe('consent_expired')
    })

    cases.caseOf('revoked', 'a connection removed at the provider must be made anew', async () => {
      const { held, session } = await openCase(cases.at, { count: 2 })
      await cases.at.drop('connection', held)
      expect(await seenOf(session(), held.providerAccountId)).toBe(cases.at.removedIs)
    })

    cases.caseOf(
      'account gone',
      'an account that is taken away is told apart from the connection',
      async () => {
        const { held, session } = await openCase(cases.at, { count: 2 })
        await cases.at.drop('account', held)
        expect(await seenOf(session(), held.providerAccountId)).toBe('account_gone')
      },
    )

    test('a revoked connection can be revoked again', async () => {
      const { session } = await openCase(cases.at, { count: 1 })
      await session().revoke()
      await session().revoke()
    })
  })

  describe('refreshing', () => {
    const asked = (held: { providerAccountId: string }) => ({
      providerAccountIds: [held.providerAccountId],
      psu: { ip: '203.0.113.7', userAgent: 'contract' },
      idempotencyKey: crypto.randomUUID(),
    })

    cases.caseOf('refresh', 'a refresh that is refused forbids no reading', async () => {
      const { bank, held, session, read, stored } = await openCase(cases.at, {
        count: 5,
        script: cases.at.unpaced,
      })
      // the link read the bank already, and some providers do so again only after a while
      await cases.at.sim('POST', '/__sim/advance', { ms: 3_600_000 })
      await cases.at.sim('POST', '/__sim/fail-next', {
        endpoint: cases.at.endpoints.refresh,
        status: 500,
      })
      await expect(session().requestRefresh('attended', asked(held))).rejects.toMatchObject({
        failure: { code: 'provider_unavailable' },
      })
      await cases.at.sim('DELETE', '/__sim/fail-next')
      await read()
      expect(stored()).toEqual(await bank.truth())
    })

    test('without a person nothing is asked of the bank that the provider does not allow', async () => {
      const { held, session } = await openCase(cases.at, { count: 1 })
      const started = await session().requestRefresh('unattended', asked(held))
      if (cases.at.provider.capabilities.refreshUnattendedPerDay === 0)
        expect(started.state).toBe('skipped')
      else expect(started.state).not.toBe('challenge')
    })
  })

  describe('every call', () => {
    test('is told, without query, header or body', async () => {
      const { held, store } = await openCase(cases.at, { count: 3 })
      const { exchanges, onExchange } = callOptions()
      await store.read(
        cases.at.open(held.kept, { onExchange: onExchange! }),
        held.providerAccountId,
      )
      expect(exchanges.length).toBeGreaterThan(0)
      for (const { path, status, responseBytes } of exchanges) {
        expect(path).not.toContain('?')
        expect(status).toBeLessThan(300)
        expect(responseBytes).toBeGreaterThan(0)
      }
    })

    test('and its answer, in either direction, are as the provider describes them', () => {
      expect(cases.at.problems()).toEqual([])
    })

    test('of an event without a valid signature is refused', async () => {
      const raw = { headers: {}, body: Buffer.from('{}'), url: '/' }
      const verifying = cases.at.provider.verifyWebhook(raw, {
        ...callOptions(),
        nowMs: Date.now(),
      })
      await expect(verifying).rejects.toThrow(WebhookRefused)
    })
  })
}
