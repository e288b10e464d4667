/** What every provider must do, whatever it is called; a provider's test runs it with its own simulated bank. */
import { describe, expect, test } from 'vitest'
import type { CallOptions, Provider, ProviderSession } from '../../activities/providers/provider.ts'
import { ProviderError, WebhookRefused } from '../../activities/providers/provider.ts'
import { isDecimal } from '../../domain/money.ts'
import { callOptions, openStore } from './support/caller.ts'

/** A connection that is linked to a bank with some history, money in and out, and a pending line. */
export interface Subject {
  provider: Provider
  open: (more?: Partial<CallOptions>) => ProviderSession
  providerAccountId: string
  /** Text of the pending line. */
  pendingText: string
  /** Lets the provider answer the next call for lines with a code nobody knows. */
  refuseNextPage: () => Promise<void>
}

const isDay = /^\d{4}-\d{2}-\d{2}$/

/** Registers the cases; `arrange` is called once per case. */
export const describeContract = (name: string, arrange: () => Promise<Subject>): void => {
  describe(`contract of ${name}`, () => {
    test('a full read gives every line a unique key, a decimal amount, a currency and a day', async () => {
      const { open, providerAccountId } = await arrange()
      const pages = await openStore().read(open(), providerAccountId)
      const lines = pages.flatMap((page) => page.lines)
      expect(lines.length).toBeGreaterThan(0)
      expect(new Set(lines.map(({ lineKey }) => lineKey)).size).toBe(lines.length)
      for (const { amount, currency, bookedOn, lineKey } of lines) {
        expect(isDecimal(amount), amount).toBe(true)
        expect(currency).toMatch(/^[A-Z]{3}$/)
        expect(bookedOn).toMatch(isDay)
        expect(lineKey.length).toBeLessThan(300)
      }
      expect(lines.some(({ amount }) => amount.startsWith('-'))).toBe(true)
      expect(lines.some(({ amount }) => !amount.startsWith('-'))).toBe(true)
    })

    test('a page read twice gives the same lines', async () => {
      const { open, providerAccountId } = await arrange()
      const request = { providerAccountId, cursor: null, known: new Map() }
      const [one, two] = [await open().pullLines(request), await open().pullLines(request)]
      expect(two.lines).toEqual(one.lines)
    })

    test('a second run right after the first changes nothing and removes nothing', async () => {
      const { open, providerAccountId } = await arrange()
      const store = openStore()
      await store.read(open(), providerAccountId)
      const before = new Map(store.lines)
      const pages = await store.read(open(), providerAccountId)
      expect(pages.flatMap((page) => page.removedLineKeys)).toEqual([])
      expect(store.lines).toEqual(before)
    })

    test('only the last page of a run names removed lines', async () => {
      const { open, providerAccountId } = await arrange()
      const pages = await openStore().read(open(), providerAccountId)
      for (const page of pages.filter(({ hasMore }) => hasMore))
        expect(page.removedLineKeys).toEqual([])
    })

    test('a cursor that nobody can read leads to a full read, not to an error', async () => {
      const { open, providerAccountId } = await arrange()
      const [known, cursor] = [new Map(), 'a cursor of another edition']
      const full = await open().pullLines({ providerAccountId, cursor: null, known })
      const strange = await open().pullLines({ providerAccountId, cursor, known })
      expect(strange.lines).toEqual(full.lines)
    })

    test('pending lines are never delivered', async () => {
      const { open, providerAccountId, pendingText } = await arrange()
      const pages = await openStore().read(open(), providerAccountId)
      const texts = pages.flatMap((page) => page.lines).map(({ text }) => text)
      expect(texts).not.toContain(pendingText)
    })

    test('an unknown error code is one failure of the closed list, told with its code', async () => {
      const { open, providerAccountId, refuseNextPage } = await arrange()
      await refuseNextPage()
      const reading = open().pullLines({ providerAccountId, cursor: null, known: new Map() })
      await expect(reading).rejects.toSatisfy(
        (error) => error instanceof ProviderError && error.failure.providerCode === 'neverSeen',
      )
    })

    test('a cancelled call ends with the reason of its signal, not as a failure of the provider', async () => {
      const { open, providerAccountId } = await arrange()
      const reason = new Error('stopped')
      const session = open({ signal: AbortSignal.abort(reason) })
      const reading = session.pullLines({ providerAccountId, cursor: null, known: new Map() })
      await expect(reading).rejects.toBe(reason)
    })

    test('every call is told, without query, header or body', async () => {
      const { open, providerAccountId } = await arrange()
      const { exchanges, onExchange } = callOptions()
      await openStore().read(open({ onExchange: onExchange! }), providerAccountId)
      expect(exchanges.length).toBeGreaterThan(0)
      for (const { path, status, responseBytes } of exchanges) {
        expect(path).not.toContain('?')
        // a token that is minted is a thing created
        expect([200, 201]).toContain(status)
        expect(responseBytes).toBeGreaterThan(0)
      }
    })

    test('a webhook without a signature is refused', async () => {
      const { provider } = await arrange()
      const raw = { headers: {}, body: Buffer.from('{}'), url: '/' }
      const verifying = provider.verifyWebhook(raw, { ...callOptions(), nowMs: Date.now() })
      await expect(verifying).rejects.toThrow(WebhookRefused)
    })

    test('a revoked connection can be revoked again', async () => {
      const { open } = await arrange()
      await open().revoke()
      await open().revoke()
    })
  })
}
