/** Accounts of a connection. */
import type { BankAccount } from '../bank.ts'
import { balanceOf } from '../bank.ts'
import { exactNumber } from '../exact-json.ts'
import { bankBehind } from './behaviour.ts'
import { connectionOf } from './connections.ts'
import { requireConsent } from './consents.ts'
import type { Exchange, Route } from './exchange.ts'
import { forClient, pageOf, Refusal } from './exchange.ts'
import { accountAtBank } from './held-accounts.ts'
import { linesOf, rowId } from './rows.ts'
import type { Connection, HeldAccount } from './state.ts'

const natures: Record<BankAccount['subtype'], string> = {
  checking: 'account',
  savings: 'savings',
  securities: 'investment',
  card: 'credit_card',
  psp: 'ewallet',
}

/** The connection named in the query, if it may be read; throws a refusal otherwise. */
export const readableConnection = (exchange: Exchange): Connection => {
  const id = exchange.query.get('connection_id')
  if (id === null) throw new Refusal('WrongRequestFormat', 'connection_id must be given.')
  const connection = connectionOf(exchange, id)
  if (connection.consentId !== null) requireConsent(exchange.world, connection)
  return connection
}

const numberOf = (account: BankAccount) =>
  account.referenceType === 'IBAN'
    ? { iban: account.reference }
    : { account_number: account.reference }

const accountJson =
  ({ world }: Exchange, connection: Connection) =>
  (held: HeldAccount) => {
    const account = accountAtBank(world, connection, held)
    if (account === undefined) throw new Refusal('InternalServerError', 'The account is gone.')
    const place = { world, connection, held }
    const posted = linesOf(place, 'posted')
    const pending = linesOf(place, 'pending').length
    const last = posted.at(-1)
    const balance = exactNumber(balanceOf(account))
    return {
      id: held.id,
      connection_id: connection.id,
      name: account.description,
      nature: natures[account.subtype],
      balance,
      currency_code: account.currency,
      extra: {
        ...numberOf(account),
        account_name: account.product ?? account.description,
        holder_name: account.holderName,
        status: 'active',
        transactions_count: { posted: posted.length, pending },
        last_posted_transaction_id: last === undefined ? null : rowId(held, last),
        updated_on_last_attempt: held.refreshed,
      },
      created_at: held.createdAt,
      updated_at: connection.updatedAt,
    }
  }

const list = (exchange: Exchange) => {
  const connection = readableConnection(exchange)
  const { accounts } = bankBehind(exchange.world, connection)
  const rows = connection.accounts.filter(({ bankAccountId }) => accounts.has(bankAccountId))
  return pageOf(exchange, rows, accountJson(exchange, connection))
}

export const accountRoutes: Route[] = [forClient(['GET', '/accounts', 'accounts'], list)]
