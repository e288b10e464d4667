/** Contract: what goes wrong, and what it is called. */
import { describe, expect, test } from 'vitest'
import { ProviderError } from '../../../activities/providers/provider.ts'
import { callOptions } from '../support/caller.ts'
import { openCase } from './bank.ts'
import type { Cases } from './cases.ts'

const hour = 3_600_000

const failureOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ProviderError)) throw new Error('no failure', { cause: error })
  return error.failure
}

/** Registers them. */
export const describeFailing = (cases: Cases): void => {
  describe('failing', () => {
    const reading = async (fault: object) => {
      const { read } = await openCase(cases.at, { count: 3 })
      await cases.failNext(fault)
      return failureOf(read())
    }

    test('too many calls: not before the time that the provider names, or one of our own', async () => {
      const { status, code } = cases.at.rateLimited
      const coded = code === undefined ? {} : { code }
      const named = await reading({ status, ...coded, headers: { 'retry-after': '120' } })
      expect(named.code).toBe('rate_limited')
      const waitMs = Date.parse(named.until ?? '') - Date.now()
      expect(waitMs).toBeGreaterThan(30_000)
      const unnamed = await reading({ status, ...coded })
      expect(unnamed.code).toBe('rate_limited')
      expect(Date.parse(unnamed.until ?? '')).toBeGreaterThan(Date.now())
    })

    test.each([500, 502, 503, 504])(
      'status %i without a word is an outage of the provider',
      async (status) => {
        expect(await reading({ status, body: '', contentType: 'text/plain' })).toMatchObject({
          code: 'provider_unavailable',
        })
      },
    )

    test('a cut connection or half an answer is an outage, not "no lines"', async () => {
      expect((await reading({ mode: 'reset' })).code).toBe('provider_unavailable')
      expect((await reading({ mode: 'truncate' })).code).toMatch(
        /provider_unavailable|invalid_response/,
      )
    })

    test('a page in HTML, or broken JSON, with status 200 is an answer that cannot be used', async () => {
      expect((await reading({ mode: 'html' })).code).toBe('invalid_response')
      expect((await reading({ mode: 'garbage' })).code).toBe('invalid_response')
    })

    test('an unknown code is one failure of the closed list, told with its code', async () => {
      expect(await reading(cases.at.unknownCode)).toMatchObject({
        code: 'defect',
        providerCode: cases.at.unknownCode.code,
      })
    })

    test('a call that hangs ends with our own stop, which is no failure of the provider', async () => {
      const { held } = await openCase(cases.at, { count: 3 })
      await cases.failNext({ mode: 'hang' })
      const reason = new Error('stopped')
      const stopping = new AbortController()
      const session = cases.at.open(held.kept, { signal: stopping.signal })
      const { providerAccountId } = held
      const call = session.pullLines({ providerAccountId, cursor: null, known: new Map() })
      const ended = call.catch((error: unknown) => error)
      // the call is under way once the provider has seen it
      setTimeout(() => stopping.abort(reason), 50)
      expect(await ended).toBe(reason)
      await cases.at.sim('DELETE', '/__sim/fail-next')
    })

    test('after any failure the next read is complete', async () => {
      const { bank, read, stored } = await openCase(cases.at, { count: 1_050 })
      for (const fault of [
        { mode: 'reset', skip: 1 },
        { mode: 'html' },
        { mode: 'truncate', skip: 1 },
      ]) {
        await cases.failNext(fault)
        await read().catch(() => undefined)
      }
      await cases.at.sim('DELETE', '/__sim/fail-next')
      await read()
      expect(stored()).toEqual(await bank.truth())
    })

    cases.caseOf('wrong keys', 'keys that nobody gave out are the operator’s mistake', async () => {
      const { held } = await openCase(cases.at, { count: 1 })
      const session = cases.at.strangerWithKeys().openSession(held.kept.secrets, {
        ...callOptions(),
        claimRotation: () => Promise.resolve(held.kept.secrets),
        onSecretsRotated: () => Promise.resolve(),
      })
      // what was minted before still works where the provider says so; what is asked anew does not
      await cases.at.sim('POST', '/__sim/advance', { ms: hour })
      expect(await failureOf(session.status())).toMatchObject({
        code: 'operator_misconfigured',
        scope: 'provider',
      })
    })
  })
}
