/** Booked and pending lines of an account. */
import type { Bank, BankAccount } from '../bank.ts'
import type { Answer } from '../http.ts'
import { jsonText } from '../http.ts'
import type { Line } from '../line.ts'
import type { LinkedAccount, Organization } from '../world.ts'
import { accountBehind } from '../world.ts'
import { linkedOf } from './accounts.ts'
import type { Exchange, Route } from './exchange.ts'
import { forOrganization, notFound, Refusal } from './exchange.ts'
import type { Paging } from './json-api.ts'
import { pagingOf } from './json-api.ts'
import { lineTexts } from './line-json.ts'
import { synchronizationJson } from './synchronization-json.ts'

interface Shelf {
  kind: Line['status']
  folder: string
}

const shelves: Shelf[] = [
  { kind: 'booked', folder: 'transactions' },
  { kind: 'pending', folder: 'pending-transactions' },
]

const behindOf = (exchange: Exchange, linked: LinkedAccount) => {
  const behind = accountBehind(exchange.world, linked)
  if (behind === null) throw notFound('account')
  return behind
}

const failInTurn = (bank: Bank): void => {
  bank.transactionCalls += 1
  const every = bank.script.transactionsFailEvery
  if (every !== null && bank.transactionCalls % every === 0)
    throw new Refusal(503, 'serviceUnavailable', 'The service cannot answer at the moment.')
}

const pageOf = (
  { bank, account }: { bank: Bank; account: BankAccount },
  kind: Line['status'],
  paging: Paging,
) => {
  const page = account[kind].page(paging)
  if (page !== null) return page
  if (bank.script.unknownCursor === 'empty') return { lines: [], hasOlder: false, hasNewer: false }
  throw notFound('transaction')
}

const metaText = ({ world }: Exchange, linked: LinkedAccount, paging: unknown): string => {
  const latest = world.synchronizations.get(linked.latestSynchronizationId)
  return JSON.stringify({
    synchronizedAt: linked.synchronizedAt,
    paging,
    ...(latest === undefined ? {} : { latestSynchronization: synchronizationJson(latest) }),
  })
}

const list =
  ({ kind, folder }: Shelf) =>
  (exchange: Exchange, organization: Organization): Answer => {
    const { world, apiUrl, query } = exchange
    const linked = linkedOf(exchange, organization)
    const behind = behindOf(exchange, linked)
    if (kind === 'booked') failInTurn(behind.bank)
    linked.lastReadAt = world.clock.instant()
    const paging = pagingOf(query, `${apiUrl}/accounts/${linked.id}/${folder}`)
    const { lines, hasOlder, hasNewer } = pageOf(behind, kind, paging)
    const last = lines.at(-1)
    const next = hasOlder && last !== undefined ? last.id : null
    const before = hasNewer ? (lines[0]?.id ?? null) : null
    const meta = metaText(exchange, linked, { limit: paging.limit, before, after: next })
    const links = JSON.stringify({
      ...(next === null ? {} : { next: paging.linkTo('after', next) }),
      first: paging.linkTo(null),
    })
    const { dates } = behind.bank.script
    const texts = lineTexts(lines, { apiUrl, accountId: linked.id, dates })
    return jsonText(200, `{"meta":${meta},"links":${links},"data":[${texts.join(',')}]}`)
  }

const one =
  ({ kind }: Shelf) =>
  (exchange: Exchange, organization: Organization): Answer => {
    const linked = linkedOf(exchange, organization)
    const { account, bank } = behindOf(exchange, linked)
    const line = account[kind].find(exchange.params['line'] ?? '')
    if (line === undefined || line.hidden)
      throw notFound(kind === 'booked' ? 'transaction' : 'pendingTransaction')
    const { dates } = bank.script
    const [text] = lineTexts([line], { apiUrl: exchange.apiUrl, accountId: linked.id, dates })
    return jsonText(200, `{"data":${text}}`)
  }

export const transactionRoutes: Route[] = shelves.flatMap((shelf) => [
  forOrganization(
    ['GET', `/ponto-connect/accounts/:account/${shelf.folder}`, shelf.folder],
    list(shelf),
  ),
  forOrganization(
    ['GET', `/ponto-connect/accounts/:account/${shelf.folder}/:line`, 'transaction'],
    one(shelf),
  ),
])
