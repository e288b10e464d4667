/** Puts the statements of a file into accounts of a bank. */
import type { Bank, BankAccount } from '../bank.ts'
import { balanceOf, findLine, lineOf, openAccount, publishAll } from '../bank.ts'
import { negated, sumDecimals } from '../decimal.ts'
import type { LineScript } from '../line.ts'
import { seededUuid } from '../seeded.ts'
import { CamtProblem } from './problem.ts'
import type { CamtStatement } from './statement.ts'
import { differenceOf, sumOf } from './statement.ts'

export interface Loaded {
  id: string
  reference: string
  currency: string
  added: number
  /** Lines that were there already from an earlier import of the same entries. */
  skipped: number
  pending: number
  sum: string
  opening: string
  balance: string
}

export interface LoadWish {
  bank: Bank
  /** Loads into this account whatever the file calls it; only for files with one account. */
  into: BankAccount | null
  nowMs: number
}

const isZero = (amount: string): boolean => /^-?[0.]+$/.test(amount)

const dayOf = ({ closingOn, booked }: CamtStatement): string =>
  closingOn ?? booked.at(-1)?.bookedOn ?? ''

const refuseUnbalanced = (statement: CamtStatement): void => {
  const difference = differenceOf(statement)
  if (difference === null || isZero(difference)) return
  throw new CamtProblem(
    `statement ${statement.id} does not add up: opening ${statement.opening} and lines ${sumOf(statement)} miss the closing ${statement.closing} by ${difference}`,
  )
}

const refuseForeign = ({ id, currency, booked, pending }: CamtStatement): void => {
  const foreign = [...booked, ...pending].find((line) => line.currency !== currency)
  if (foreign === undefined) return
  throw new CamtProblem(
    `statement ${id} has an entry of ${foreign.amount} ${foreign.currency?.slice(0, 3)} on an account in ${currency}`,
  )
}

const gapsOf = (statements: CamtStatement[]): string[] =>
  statements.slice(1).flatMap((statement, index) => {
    const before = statements[index]
    if (before?.closing == null || statement.opening === null) return []
    const gap = sumDecimals([statement.opening, negated(before.closing)])
    if (isZero(gap)) return []
    return [`between statements ${before.id} and ${statement.id} there is a gap of ${gap}`]
  })

/** Equal entries of one file get different ids; the same entry gets the same id in every file. */
const withIds = (account: BankAccount, lines: LineScript[]): LineScript[] => {
  const seen = new Map<string, number>()
  return lines.map((line) => {
    const content = JSON.stringify(line)
    const occurrence = (seen.get(content) ?? 0) + 1
    seen.set(content, occurrence)
    return { ...line, id: seededUuid('imported', account.id, content, occurrence) }
  })
}

/** The balance the bank would show after the last of the statements; null when no file says it. */
const closingOf = (statements: CamtStatement[]): string | null => {
  const last = statements.at(-1)
  if (last === undefined) return null
  if (last.closing !== null) return last.closing
  return last.opening === null ? null : sumDecimals([last.opening, sumOf(last)])
}

const balanceAfter = (account: BankAccount, statements: CamtStatement[]): string | null => {
  const [first] = statements
  const newest = account.booked.shown()[0]?.bookedOn ?? ''
  const isOlder = newest !== '' && newest > dayOf(statements.at(-1) ?? first ?? missing())
  return isOlder ? balanceOf(account) : closingOf(statements)
}

const missing = (): never => {
  throw new CamtProblem('the file holds no statement')
}

const openFor = (first: CamtStatement, { bank, nowMs }: LoadWish): BankAccount =>
  openAccount(
    bank,
    {
      id: seededUuid('imported', bank.id, first.reference, first.currency),
      reference: first.reference,
      referenceType: first.referenceType,
      currency: first.currency,
      product: 'Imported account',
      description: `Account ${first.reference}`,
      ...(first.owner === null ? {} : { holderName: first.owner }),
    },
    nowMs,
  )

const loadAccount = (
  statements: CamtStatement[],
  wish: LoadWish,
): { loaded: Loaded; warnings: string[] } => {
  const [first = missing()] = statements
  const known = [...wish.bank.accounts.values()].find(
    ({ reference, currency }) => reference === first.reference && currency === first.currency,
  )
  const account = wish.into ?? known ?? openFor(first, wish)
  if (account.currency !== first.currency)
    throw new CamtProblem(`the file is in ${first.currency}, the account in ${account.currency}`)
  const target = balanceAfter(account, statements)
  const lines = withIds(
    account,
    statements.flatMap(({ booked, pending }) => [...booked, ...pending]),
  )
  const fresh = lines.filter(({ id = '' }) => findLine(account, id) === undefined)
  const made = fresh.map((line) => lineOf(account, line))
  publishAll(account, made, wish.nowMs)
  if (target !== null) account.opening = sumDecimals([target, negated(account.booked.sum())])
  const pending = fresh.filter(({ status }) => status === 'pending').length
  const loaded: Loaded = {
    id: account.id,
    reference: account.reference,
    currency: account.currency,
    added: fresh.length - pending,
    skipped: lines.length - fresh.length,
    pending,
    sum: account.booked.sum(),
    opening: account.opening,
    balance: balanceOf(account),
  }
  return { loaded, warnings: gapsOf(statements) }
}

/** Loads all statements; throws a problem, and changes nothing, when one of them does not add up. */
export const loadStatements = (
  statements: CamtStatement[],
  wish: LoadWish,
): { accounts: Loaded[]; warnings: string[] } => {
  for (const statement of statements) {
    refuseForeign(statement)
    refuseUnbalanced(statement)
  }
  const groups = Map.groupBy(statements, ({ reference, currency }) => `${reference} ${currency}`)
  if (wish.into !== null && groups.size !== 1)
    throw new CamtProblem(`the file holds ${groups.size} accounts, so no single one can be named`)
  const results = [...groups.values()].map((group) => {
    const inOrder = group.toSorted((one, other) => dayOf(one).localeCompare(dayOf(other)))
    return loadAccount(inOrder, wish)
  })
  return {
    accounts: results.map(({ loaded }) => loaded),
    warnings: results.flatMap(({ warnings }) => warnings),
  }
}
