/** A bank of one account, made for a case, and what a caller stores of it. */
import { randomUUID } from 'node:crypto'
import type { LinkResult, Provider } from '../../../activities/providers/provider.ts'
import type { Json } from '../../sandbox/client.ts'
import { callOptions, openStore } from '../support/caller.ts'
import type { Arrangement, Held } from './arrangement.ts'

export interface Wanted {
  lines?: Json[]
  /** A generated history before those lines. */
  count?: number
  /** Days over which that history is spread. */
  days?: number
  /** How it behaves, in the sandbox's words. */
  script?: object
}

/** An amount without zeros at its end. */
export const plain = (amount: string): string =>
  amount.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')

/** With so few lines, whatever they are, the lines of a live bank do as well. */
const anyLinesMax = 100

const historyOf = (history: { count: number; days: number }) =>
  history.count === 0 ? {} : { history }

export const openContractBank = async (
  { sim, provider, liveBank }: Arrangement,
  { lines = [], count = 0, days = 60, script }: Wanted,
) => {
  const id = randomUUID()
  const account = randomUUID()
  const name = liveBank ?? `Contract Bank ${id.slice(0, 8)}`
  const currency = provider.id === 'plaid' ? 'USD' : 'EUR'
  const anyLinesDo = lines.length === 0 && count > 0 && count <= anyLinesMax
  if (liveBank === undefined || !anyLinesDo)
    await sim('PUT', `/__sim/banks/${id}`, {
      ...script,
      name,
      accounts: [{ id: account, currency, lines, ...historyOf({ count, days }) }],
    })
  const at = async (method: string, path: string, body: object) =>
    sim(method, path, { account, ...body })
  return {
    name,
    account,
    add: (line: Json): Promise<Json> =>
      at('POST', '/__sim/lines', { lines: [line] }).then((answer) => answer.lines[0]),
    change: (lineId: string, change: object) => at('PATCH', '/__sim/lines', { id: lineId, change }),
    remove: (lineId: string) => at('DELETE', '/__sim/lines', { ids: [lineId] }),
    post: (lineId: string): Promise<Json> => at('POST', '/__sim/lines/post', { id: lineId }),
    /** Booked lines as the bank has them: day and amount, sorted. */
    truth: async (): Promise<string[]> => {
      const { lines: booked } = await sim('GET', `/__sim/truth?account=${account}`)
      return booked.map((line: Json) => `${line.bookedOn} ${plain(line.amount)}`).toSorted()
    },
    ids: async (): Promise<{ id: string; bookedOn: string; amount: string }[]> =>
      (await sim('GET', `/__sim/truth?account=${account}`)).lines,
  }
}

/** A person links the bank and approves. */
export const linkBank = async (
  arrangement: Arrangement,
  bank: { name: string },
): Promise<Held & { result: Extract<LinkResult, { state: 'linked' }> }> => {
  const { url, flow } = await arrangement.begin(bank.name)
  const result = await arrangement.complete(flow, await arrangement.decide(url, 'approve'))
  if (result.state !== 'linked' || result.secrets === null) throw new Error(result.state)
  const [account] = result.accounts
  if (account === undefined) throw new Error('no account')
  return {
    result,
    kept: { secrets: result.secrets },
    providerConnectionId: result.providerConnectionId,
    providerAccountId: account.providerAccountId,
  }
}

/** A linked bank of one account and a caller's store beside it. */
export const openCase = async (arrangement: Arrangement, wanted: Wanted) => {
  const bank = await openContractBank(arrangement, wanted)
  const held = await linkBank(arrangement, bank)
  const store = openStore(arrangement.provider.capabilities.pagesProvisional)
  const session = () => arrangement.open(held.kept)
  return {
    bank,
    held,
    store,
    session,
    read: () => store.read(session(), held.providerAccountId),
    settle: () => arrangement.settle(held.kept),
    /** What is stored: day and amount, sorted. */
    stored: (): string[] =>
      [...store.lines.values()]
        .map(({ bookedOn, amount }) => `${bookedOn} ${plain(amount)}`)
        .toSorted(),
  }
}

/** Opens sessions of a provider whose secrets may rotate, as a caller that stores them would. */
export const openerOf =
  (provider: Provider): Arrangement['open'] =>
  (kept, more) =>
    provider.openSession(kept.secrets, {
      ...callOptions(),
      ...more,
      claimRotation: () => Promise.resolve(kept.secrets),
      onSecretsRotated: (secrets) => {
        kept.secrets = secrets
        return Promise.resolve()
      },
    })
