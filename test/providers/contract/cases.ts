/** What every provider must do, whatever it is called. Each case has a bank of its own on the sandbox. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ProviderError, WebhookRefused } from '../../../activities/providers/provider.ts'
import { isDecimal } from '../../../domain/money.ts'
import { Secret } from '../../../domain/secret.ts'
import { callOptions } from '../support/caller.ts'
import type { Arrangement, Case } from './arrangement.ts'
import { linkBank, openCase, openContractBank } from './bank.ts'
import { live, story } from './property.ts'

const failureOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ProviderError)) throw new Error('no failure', { cause: error })
  return error.failure
}

const hour = 3_600_000
const storiesPerProvider = 12

/** Registers the cases of one provider; `open` starts its sandbox once. */
export const describeContract = (name: string, open: () => Promise<Arrangement>): void => {
  describe(`contract of ${name}`, () => {
    let at: Arrangement
    beforeAll(async () => {
      at = await open()
    })
    afterAll(() => at.stop())

    /** A case that not every provider can show: where it cannot, the reason is told instead. */
    const caseOf = (which: Case, sentence: string, run: () => Promise<void>): void => {
      test(sentence, async (context) => {
        const why = at.cannot[which]
        if (why !== undefined) {
          console.log(`SKIPPED: ${name}, "${sentence}": ${why}.`)
          context.skip(why)
        }
        await run()
      })
    }
    const failNext = (fault: object) =>
      at.sim('POST', '/__sim/fail-next', { endpoint: at.endpoints.lines, ...fault })
    const today = async (): Promise<string> =>
      (await at.sim('GET', '/__sim/clock')).now.slice(0, 10)

    describe('linking', () => {
      test('a person who approves links the bank with its accounts, and it can be read', async () => {
        const { held, session } = await openCase(at, { count: 5 })
        expect(held.result.accounts).toHaveLength(1)
        const [account] = held.result.accounts
        expect(account!.currency).toMatch(/^[A-Z]{3}$/)
        expect(session().providerConnectionId).toBe(held.providerConnectionId)
        const status = await session().status()
        expect(status.failure).toBeUndefined()
        expect(status.accounts).toMatchObject([{ providerAccountId: held.providerAccountId }])
      })

      caseOf('abandon', 'a person who declines, or never comes back, links nothing', async () => {
        const bank = await openContractBank(at, { count: 2 })
        const declined = await at.begin(bank.name)
        const callback = await at.decide(declined.url, 'deny')
        expect((await at.complete(declined.flow, callback)).state).toMatch(/exited|expired/)
        const left = await at.begin(bank.name)
        const looked = await at.provider.completeLink(
          {
            flow: left.flow,
            callback: new Secret({}),
            returnUrl: 'http://127.0.0.1:9/callbacks',
            session: null,
          },
          callOptions(),
        )
        expect(looked.state).not.toBe('linked')
      })

      caseOf('relink', 'a bank linked anew shows the same lines', async () => {
        const first = await openCase(at, { count: 12 })
        await first.read()
        await first.session().revoke()
        const again = await linkBank(at, first.bank)
        const { openStore } = await import('../support/caller.ts')
        const store = openStore(at.provider.capabilities.pagesProvisional)
        await store.read(at.open(again.kept), again.providerAccountId)
        const facts = (lines: Iterable<{ bookedOn: string; amount: string; text: string }>) =>
          [...lines].map((line) => `${line.bookedOn} ${line.amount} ${line.text}`).toSorted()
        expect(facts(store.lines.values())).toEqual(facts(first.store.lines.values()))
      })
    })

    describe('reading', () => {
      test('a full read over many pages is the bank, line by line, each with unique key, decimal amount, currency and day', async () => {
        const { bank, read, stored, store } = await openCase(at, { count: 1_150 })
        const pages = await read()
        expect(pages.length).toBeGreaterThan(1)
        expect(stored()).toEqual(await bank.truth())
        for (const { amount, currency, bookedOn, lineKey } of store.lines.values()) {
          expect(isDecimal(amount), amount).toBe(true)
          expect(currency).toMatch(/^[A-Z]{3}$/)
          expect(bookedOn).toMatch(/^\d{4}-\d{2}-\d{2}$/)
          expect(lineKey.startsWith(`${at.provider.id}:`)).toBe(true)
          expect(lineKey.length).toBeLessThan(300)
        }
      })

      test('a page read twice gives the same lines', async () => {
        const { held, session } = await openCase(at, { count: 30 })
        const request = {
          providerAccountId: held.providerAccountId,
          cursor: null,
          known: new Map(),
        }
        const [one, two] = [await session().pullLines(request), await session().pullLines(request)]
        expect(two.lines).toEqual(one.lines)
      })

      test('a second run right after the first changes and removes nothing', async () => {
        const { read, store } = await openCase(at, { count: 40 })
        await read()
        const before = new Map(store.lines)
        const pages = await read()
        expect(pages.flatMap((page) => page.removedLineKeys)).toEqual([])
        expect(store.lines).toEqual(before)
      })

      test('an account without lines is read without an error, and its first line is found', async () => {
        const { bank, read, stored, settle } = await openCase(at, {})
        const pages = await read()
        expect(pages.at(-1)).toMatchObject({ lines: [], hasMore: false })
        await bank.add({ amount: '-3.20', text: 'the first' })
        await settle()
        await read()
        expect(stored()).toEqual(await bank.truth())
      })

      caseOf(
        'readiness',
        'a history that is still being fetched is told apart from none',
        async () => {
          const { url, flow } = await at.begin('Slow History Bank')
          const linked = await at.complete(flow, await at.decide(url, 'approve'))
          if (linked.state !== 'linked') throw new Error(linked.state)
          const [account] = linked.accounts
          const request = {
            providerAccountId: account!.providerAccountId,
            cursor: null,
            known: new Map(),
          }
          const session = at.open({ secrets: linked.secrets! })
          const early = await session.pullLines(request)
          expect(early.readiness).not.toBe('full')
          await at.sim('POST', '/__sim/advance', { ms: 2 * hour })
          expect((await session.pullLines(request)).readiness).toBe('full')
        },
      )

      caseOf(
        'pending',
        'a pending line is counted and not delivered, and delivered once when it is booked',
        async () => {
          const { bank, read, stored, store, settle } = await openCase(at, { count: 4 })
          const line = await bank.add({ amount: '-27.90', text: 'Reserved', status: 'pending' })
          await settle()
          await read()
          expect(stored()).toEqual(await bank.truth())
          expect([...store.lines.values()].map(({ text }) => text)).not.toContain('Reserved')
          await bank.post(line.id)
          await settle()
          await read()
          expect(stored()).toEqual(await bank.truth())
          expect(stored().some((each) => each.endsWith('-27.9'))).toBe(true)
        },
      )

      caseOf(
        'removal',
        'a line that the bank takes back is named as removed, after two reads at the latest',
        async () => {
          const { bank, read, stored, settle } = await openCase(at, {
            lines: [
              { amount: '-5.00', text: 'stays' },
              { amount: '-6.00', text: 'goes' },
            ],
          })
          await read()
          const [, goes] = await bank.ids()
          await bank.remove(goes!.id)
          for (let reads = 0; reads < 2; reads += 1) {
            await settle()
            await read()
          }
          expect(stored()).toEqual(await bank.truth())
          expect(stored()).toHaveLength(1)
        },
      )

      caseOf('correction', 'a line that the bank corrects is shown as it is now', async () => {
        const { bank, read, stored, settle } = await openCase(at, {
          lines: [{ amount: '-5.00', text: 'Coffe' }],
        })
        await read()
        const [line] = await bank.ids()
        await bank.change(line!.id, { text: 'Coffee', amount: '-5.50' })
        for (let reads = 0; reads < 2; reads += 1) {
          await settle()
          await read()
        }
        expect(stored()).toEqual(await bank.truth())
      })

      test('amounts keep every digit: five decimals, large ones and cents', async () => {
        const day = await today()
        const { bank, read, stored } = await openCase(at, {
          lines: ['12.34567', '-999999999999.99', '0.01', '-1234.50'].map((amount) => ({
            amount,
            bookedOn: day,
            text: `about ${amount}`,
          })),
        })
        await read()
        expect(stored()).toEqual(await bank.truth())
      })

      caseOf('exponents', 'an amount written with an exponent is the number it means', async () => {
        const { bank, read, stored } = await openCase(at, {
          lines: [{ amount: '1e-2', text: 'a cent' }],
        })
        await read()
        expect(stored()).toEqual(await bank.truth())
      })

      caseOf('long ids', 'ids above 2^53 stay what they are', async () => {
        const { read, store } = await openCase(at, { count: 20 })
        await read()
        const numbers = [...store.lines.keys()].map((key) => BigInt(key.split(':').at(-1)!))
        expect(numbers.every((number) => number > 2n ** 53n)).toBe(true)
        expect(new Set(numbers).size).toBe(20)
      })

      caseOf('words', 'a word that nobody has heard yet stops nothing', async () => {
        const { bank, read, stored } = await openCase(at, { count: 6 })
        await failNext({ mode: 'words', body: at.openWords })
        await read()
        expect(stored()).toEqual(await bank.truth())
      })

      test('a cursor that nobody can read leads to a full read, not to an error', async () => {
        const { held, session } = await openCase(at, { count: 7 })
        const { providerAccountId } = held
        const known = new Map()
        const full = await session().pullLines({ providerAccountId, cursor: null, known })
        const cursor = 'a cursor of another edition'
        const strange = await session().pullLines({ providerAccountId, cursor, known })
        expect(strange.lines).toEqual(full.lines)
      })
    })

    test('after any script of bookings, faults and restarts the store is the bank, line by line', async () => {
      const property = fc.asyncProperty(story, (one) => live(at, one))
      await fc.assert(property, { numRuns: storiesPerProvider })
    }, 120_000)

    describe('failing', () => {
      const reading = async (fault: object) => {
        const { read } = await openCase(at, { count: 3 })
        await failNext(fault)
        return failureOf(read())
      }

      test('too many calls: not before the time that the provider names, or one of our own', async () => {
        const { status, code } = at.rateLimited
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
        expect(await reading(at.unknownCode)).toMatchObject({
          code: 'defect',
          providerCode: at.unknownCode.code,
        })
      })

      test('a call that hangs ends with our own stop, which is no failure of the provider', async () => {
        const { held } = await openCase(at, { count: 3 })
        await failNext({ mode: 'hang' })
        const reason = new Error('stopped')
        const stopping = new AbortController()
        const session = at.open(held.kept, { signal: stopping.signal })
        const { providerAccountId } = held
        const call = session.pullLines({ providerAccountId, cursor: null, known: new Map() })
        const ended = expect(call).rejects.toBe(reason)
        // the call is under way once the provider has seen it
        setTimeout(() => stopping.abort(reason), 50)
        await ended
        await at.sim('DELETE', '/__sim/fail-next')
      })

      test('after any failure the next read is complete', async () => {
        const { bank, read, stored } = await openCase(at, { count: 1_050 })
        for (const fault of [
          { mode: 'reset', skip: 1 },
          { mode: 'html' },
          { mode: 'truncate', skip: 1 },
        ]) {
          await failNext(fault)
          await read().catch(() => undefined)
        }
        await at.sim('DELETE', '/__sim/fail-next')
        await read()
        expect(stored()).toEqual(await bank.truth())
      })

      caseOf('wrong keys', 'keys that nobody gave out are the operator’s mistake', async () => {
        const { held } = await openCase(at, { count: 1 })
        const session = at.strangerWithKeys().openSession(held.kept.secrets, {
          ...callOptions(),
          claimRotation: () => Promise.resolve(held.kept.secrets),
          onSecretsRotated: () => Promise.resolve(),
        })
        // what was minted before still works where the provider says so; what is asked anew does not
        await at.sim('POST', '/__sim/advance', { ms: hour })
        expect(await failureOf(session.status())).toMatchObject({
          code: 'operator_misconfigured',
          scope: 'provider',
        })
      })
    })

    describe('what a provider takes away', () => {
      const seenOf = async (
        session: ReturnType<Arrangement['open']>,
        providerAccountId: string,
      ) => {
        try {
          const status = await session.status()
          const account = status.accounts.find(
            (each) => each.providerAccountId === providerAccountId,
          )
          if (account === undefined && status.failure === undefined) return 'account_gone'
          return status.failure?.code ?? account?.failure?.code ?? 'none'
        } catch (error) {
          return error instanceof ProviderError ? error.failure.code : String(error)
        }
      }

      caseOf('consent', 'a consent that has ended is told as that', async () => {
        const { held, session } = await openCase(at, { count: 2 })
        await at.drop('consent', held)
        expect(await seenOf(session(), held.providerAccountId)).toBe('consent_expired')
      })

      caseOf('revoked', 'a connection removed at the provider must be made anew', async () => {
        const { held, session } = await openCase(at, { count: 2 })
        await at.drop('connection', held)
        expect(await seenOf(session(), held.providerAccountId)).toMatch(
          /connection_gone|credentials_invalid/,
        )
      })

      caseOf(
        'account gone',
        'an account that is taken away is told apart from the connection',
        async () => {
          const { held, session } = await openCase(at, { count: 2 })
          await at.drop('account', held)
          expect(await seenOf(session(), held.providerAccountId)).toBe('account_gone')
        },
      )

      test('a revoked connection can be revoked again', async () => {
        const { session } = await openCase(at, { count: 1 })
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

      caseOf('refresh', 'a refresh that is refused forbids no reading', async () => {
        const { bank, held, session, read, stored } = await openCase(at, { count: 5 })
        await at.sim('POST', '/__sim/fail-next', { endpoint: at.endpoints.refresh, status: 500 })
        await session()
          .requestRefresh('attended', asked(held))
          .catch(() => undefined)
        await at.sim('DELETE', '/__sim/fail-next')
        await read()
        expect(stored()).toEqual(await bank.truth())
      })

      test('without a person nothing is asked of the bank that the provider does not allow', async () => {
        const { held, session } = await openCase(at, { count: 1 })
        const started = await session().requestRefresh('unattended', asked(held))
        if (at.provider.capabilities.refreshUnattendedPerDay === 0)
          expect(started.state).toBe('skipped')
        else expect(started.state).not.toBe('challenge')
      })
    })

    describe('every call', () => {
      test('is told, without query, header or body', async () => {
        const { held, store } = await openCase(at, { count: 3 })
        const { exchanges, onExchange } = callOptions()
        await store.read(at.open(held.kept, { onExchange: onExchange! }), held.providerAccountId)
        expect(exchanges.length).toBeGreaterThan(0)
        for (const { path, status, responseBytes } of exchanges) {
          expect(path).not.toContain('?')
          expect(status).toBeLessThan(300)
          expect(responseBytes).toBeGreaterThan(0)
        }
      })

      test('and its answer, in either direction, are as the provider describes them', () => {
        expect(at.problems()).toEqual([])
      })

      test('of an event without a valid signature is refused', async () => {
        const raw = { headers: {}, body: Buffer.from('{}'), url: '/' }
        const verifying = at.provider.verifyWebhook(raw, { ...callOptions(), nowMs: Date.now() })
        await expect(verifying).rejects.toThrow(WebhookRefused)
      })
    })
  })
}
