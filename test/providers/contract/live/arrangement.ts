/** The arrangement of a vendor's own sandbox: nothing there can be scripted, so much of the contract cannot be shown. */
import { createProviders } from '../../../../activities/providers/registry.ts'
import type { Provider, ProviderSession } from '../../../../activities/providers/provider.ts'
import { providerId } from '../../../../domain/ids.ts'
import { until } from '../../../../scripts/until.ts'
import type { Arrangement, Case } from '../arrangement.ts'
import { openerOf } from '../bank.ts'
import type { Linked, LinkLive } from './link.ts'
import { linkAtPlaid, linkByPerson } from './link.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Ends the case that is running as skipped, with the reason. */
export type Skip = (why: string) => never

const unscripted = 'only in our own sandbox can somebody decide what a bank or a line does'
const unstruck = 'only our own sandbox fails when it is told to'
const undropped = 'only our own sandbox takes something away when it is told to'

const cannot: Partial<Record<Case, string>> = {
  abandon: 'somebody would have to decline at the page',
  readiness: unscripted,
  pending: unscripted,
  removal: unscripted,
  correction: unscripted,
  exponents: unscripted,
  'long ids': 'how long its ids are is up to the vendor',
  words: unstruck,
  refresh: unstruck,
  consent: undropped,
  revoked: undropped,
  'account gone': undropped,
}

const cannotAt: Readonly<Record<string, Partial<Record<Case, string>>>> = {
  ponto: { 'wrong keys': 'the token that was there before works for half an hour' },
}

/** The key that only the right client knows, by provider. */
const secretKeys: Readonly<Record<string, string>> = {
  plaid: 'PLAID_SECRET',
  ponto: 'PONTO_CLIENT_SECRET',
  saltedge: 'SALTEDGE_SECRET',
  yodlee: 'YODLEE_CLIENT_SECRET',
}

const historyMs = 300_000

/** Waits until the first history is there, so that it does not grow within a case. */
const settled = (session: ProviderSession, { accounts }: Linked): Promise<unknown> =>
  until(
    async () => {
      const request = {
        providerAccountId: accounts[0]?.providerAccountId ?? '',
        cursor: null,
        known: new Map(),
      }
      const { hasMore, readiness } = await session.pullLines(request)
      return hasMore || readiness === 'full' ? true : undefined
    },
    { what: 'The first history', limitMs: historyMs, everyMs: 2_000 },
  )

const portOf = (environment: Environment): number => Number(environment['CONTRACT_PORT'] || 8765)

const linkerOf = (name: string, environment: Environment): LinkLive =>
  name === 'plaid'
    ? linkAtPlaid(environment)
    : linkByPerson({
        port: portOf(environment),
        institution: environment['CONTRACT_INSTITUTION'],
        tell: (url) =>
          console.log(`\nOpen this address, and link a bank for trying:\n\n  ${url}\n`),
      })

/** Opens a provider with the keys of the environment; a bank is linked with the first case that needs one. */
export const openLive = (name: string, environment: Environment, skip: Skip): Arrangement => {
  const providerWith = (more: Environment): Provider =>
    createProviders([name], { ...environment, ...more }).get(providerId(name))!
  const provider = providerWith({})
  const link = linkerOf(name, environment)
  const opener = openerOf(provider)
  let held: Linked | null = null
  const linked = async (): Promise<Linked> => {
    if (held !== null) return held
    const fresh = await link(provider)
    if (fresh.secrets === null) throw new Error('a link without secrets')
    await settled(opener({ secrets: fresh.secrets }), fresh)
    held = fresh
    return fresh
  }
  return {
    name,
    provider,
    liveBank: 'a bank for trying',
    strangerWithKeys: () => providerWith({ [secretKeys[name] ?? '']: 'nobody-gave-this-out' }),
    async sim(_method, path) {
      if (path === '/__sim/fail-next') skip(unstruck)
      // real time passes by itself
      return path === '/__sim/advance' ? {} : skip(unscripted)
    },
    endpoints: { lines: '', status: '', refresh: '' },
    unknownCode: { status: 418, code: '' },
    removedIs: 'connection_gone',
    countsPending: false,
    unpaced: {},
    rateLimited: { status: 429 },
    begin: async () => {
      const { secrets } = await linked()
      return { url: '', expiresAt: '', flow: secrets! }
    },
    decide: () => Promise.resolve({}),
    complete: () => linked(),
    open(kept, more) {
      const session = opener(kept, more)
      const revoke = async (): Promise<void> => {
        await session.revoke()
        held = null
      }
      return { ...session, revoke }
    },
    settle: () => Promise.resolve(),
    drop: async () => skip(undropped),
    openWords: {},
    cannot: { ...cannot, ...cannotAt[name] },
    problems: () => skip('what goes over the wire is seen in our own sandbox only'),
    async stop() {
      if (held?.secrets) await opener({ secrets: held.secrets }).revoke()
    },
  }
}
