/** Transactions of an account: posted ones, pending ones and those taken for duplicates, each a list of its own. */
import { balanceOf } from '../bank.ts'
import { exactNumber } from '../exact-json.ts'
import type { Line } from '../line.ts'
import { readableConnection } from './accounts.ts'
import { bankBehind, behaviourOf } from './behaviour.ts'
import type { Exchange, Route } from './exchange.ts'
import { forClient, fromIdOf, listAnswer, perPageOf, Refusal } from './exchange.ts'
import { accountAtBank } from './held-accounts.ts'
import type { Place, Shelf } from './rows.ts'
import { indexFrom, linesOf, rowId } from './rows.ts'
import type { Connection, HeldAccount } from './state.ts'

const given = (members: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))

/** Who stands on the other side: the payee of money out, the payer of money in. */
const counterpartyOf = (line: Line): Record<string, unknown> => {
  const side = line.amount.startsWith('-') ? 'payee' : 'payer'
  return {
    [side]: line.counterpartyName,
    [`${side}_information`]: line.counterpartyReference,
  }
}

const extraOf = (line: Line): Record<string, unknown> =>
  given({
    id: line.internalReference,
    posting_date: line.valueOn,
    ...counterpartyOf(line),
    type: line.bankTransactionCode,
    end_to_end_id: line.endToEndId,
    information: line.textType === 'structured' ? line.text : null,
    additional: line.additionalText,
    account_number: line.cardReference,
  })

const transactionJson = ({ held }: Place, line: Line, shelf: Shelf) => ({
  id: rowId(held, line),
  account_id: held.id,
  duplicated: shelf === 'duplicated',
  mode: 'normal',
  status: shelf === 'pending' ? 'pending' : 'posted',
  made_on: line.bookedOn,
  amount: exactNumber(line.amount),
  currency_code: line.currency,
  description: line.text || (line.description ?? ''),
  category: 'uncategorized',
  extra: extraOf(line),
  created_at: held.createdAt,
  updated_at: held.createdAt,
})

const shelfOf = (query: URLSearchParams): Shelf => {
  if (query.get('pending') === 'true') return 'pending'
  return query.get('duplicated') === 'true' ? 'duplicated' : 'posted'
}

const heldOf = (connection: Connection, id: string | null): HeldAccount => {
  if (id === null) throw new Refusal('WrongRequestFormat', 'account_id must be given.')
  const held = connection.accounts.find((each) => each.id === id)
  if (held === undefined) throw new Refusal('AccountNotFound', 'No such account.')
  return held
}

const failInTurn = (exchange: Exchange, connection: Connection): void => {
  const bank = bankBehind(exchange.world, connection)
  bank.transactionCalls += 1
  const every = bank.script.transactionsFailEvery
  if (every !== null && bank.transactionCalls % every === 0)
    throw new Refusal('InternalServerError', 'The service cannot answer at the moment.')
}

const within = (query: URLSearchParams, lines: readonly Line[]): readonly Line[] => {
  const [from, to] = [query.get('from_date'), query.get('to_date')]
  if (from === null && to === null) return lines
  return lines.filter(
    ({ bookedOn }) => (from === null || bookedOn >= from) && (to === null || bookedOn <= to),
  )
}

/** The newest posted row tells the balance after it, where the bank does that. */
const closingOf = (place: Place, newest: Line | undefined) => {
  const { world, connection, held } = place
  const account = accountAtBank(world, connection, held)
  const { closingBalances } = behaviourOf(bankBehind(world, connection))
  return (line: Line): Record<string, unknown> =>
    closingBalances && account !== undefined && line === newest
      ? { closing_balance: exactNumber(balanceOf(account)) }
      : {}
}

const list = (exchange: Exchange) => {
  const { world, query } = exchange
  const connection = readableConnection(exchange)
  const held = heldOf(connection, query.get('account_id'))
  const place = { world, connection, held }
  if (accountAtBank(world, connection, held) === undefined)
    throw new Refusal('AccountNotFound', 'No such account.')
  failInTurn(exchange, connection)
  const shelf = shelfOf(query)
  const lines = within(query, linesOf(place, shelf))
  const size = perPageOf(query, behaviourOf(bankBehind(world, connection)).pageSize)
  const from = fromIdOf(query)
  const first = from === null ? 0 : indexFrom(place, lines, from)
  const closing = closingOf(place, shelf === 'posted' ? lines.at(-1) : undefined)
  const rows = lines.slice(first, first + size).map((line) => {
    const shown = transactionJson(place, line, shelf)
    return { ...shown, extra: { ...shown.extra, ...closing(line) } }
  })
  const next = lines[first + size]
  return listAnswer(exchange, rows, next === undefined ? null : rowId(held, next))
}

export const transactionRoutes: Route[] = [
  forClient(['GET', '/transactions', 'transactions'], list),
]
