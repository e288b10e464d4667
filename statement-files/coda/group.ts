/** One statement of a file: what its records 0, 1, 8 and 9 say, and whether they agree with the movements between them. */
import { isCurrency } from '../currency.ts'
import type { OpenStatement, Output } from '../output.ts'
import { asWarning, problem, quoted } from '../problem.ts'
import type { AccountField } from './account.ts'
import { accountField } from './account.ts'
import type { Link } from './chain.ts'
import type { CodaRecord, Field } from './layout.ts'
import { cut, header, newBalance, oldBalance } from './layout.ts'
import type { Movements } from './movements.ts'
import { createMovements } from './movements.ts'
import type { DatedField, DayReader, Tell } from './reading.ts'
import {
  balanceAmount,
  numberAt,
  placeOf,
  signedAmount,
  tellBadDate,
  malformedField,
  wordAt,
} from './reading.ts'
import type { Reading } from './said.ts'

export interface Group {
  readonly statement: OpenStatement
  readonly reading: Reading
  readonly movements: Movements
  /** Of the header: they stand in for what record 1 leaves out. */
  readonly addressee: string | undefined
  readonly bank: string | undefined
  structure: string
  account: AccountField | null
  /** Balances that could be read, for the chain between statements. */
  link: Partial<Link>
  hasClosing: boolean
  /** Only a part of the movements, with balances of zero. */
  readonly isPartial: boolean
  /** Records that the trailer counts. */
  recordCount: number
}

/** Tells that a day cannot be read. Zeros stand for one that the bank does not know: no line depends on it. */
const tellDay = (record: CodaRecord, dated: DatedField, tell: Tell): void => {
  const isUnknown = /^0+$/.test(cut(record.text, dated.field))
  tellBadDate(record, dated, isUnknown ? (told) => tell(asWarning(told)) : tell)
}

const readHeader = (
  record: CodaRecord,
  { head, problem: tell }: OpenStatement,
  days: DayReader,
): void => {
  const { text } = record
  if (days(text, header.createdOn) === null)
    tellDay(record, { field: header.createdOn, what: 'file' }, tell)
  if (cut(text, header.application) !== '05')
    tell(malformedField(record, { field: header.application, reason: 'header' }))
  if (cut(text, header.duplicate) === 'D') {
    head.isBankDuplicate = true
    tell(problem('bank_duplicate', {}, placeOf(record, header.duplicate)))
  }
  const application = wordAt(text, header.separateApplication)
  if (application !== undefined)
    tell(
      problem(
        'partial_statement',
        { application: quoted(application) },
        placeOf(record, header.separateApplication),
      ),
    )
}

interface GroupOptions {
  output: Output
  days: DayReader
  rawLines: number
}

/** Begins the statement of a header, whose version was looked at before. */
export const openGroup = (record: CodaRecord, { output, days, rawLines }: GroupOptions): Group => {
  const statement = output.open()
  const reading: Reading = { tell: statement.problem, days }
  readHeader(record, statement, days)
  return {
    statement,
    reading,
    movements: createMovements(statement, reading, rawLines),
    addressee: wordAt(record.text, header.addressee),
    bank: wordAt(record.text, header.bic),
    structure: '',
    account: null,
    link: {},
    hasClosing: false,
    isPartial: wordAt(record.text, header.separateApplication) !== undefined,
    recordCount: 0,
  }
}

const readAccount = (record: CodaRecord, group: Group): void => {
  const { text } = record
  const { statement, reading } = group
  group.structure = cut(text, oldBalance.structure)
  const account = accountField(cut(text, oldBalance.account), group.structure)
  if (account === null)
    return void reading.tell(
      malformedField(record, { field: oldBalance.structure, reason: 'account' }),
    )
  group.account = account
  if (!account.isValid)
    reading.tell(malformedField(record, { field: oldBalance.account, reason: 'account' }))
  if (isCurrency(account.currency)) {
    reading.currency = account.currency
    statement.head.currency = account.currency
  } else
    reading.tell(
      problem(
        'unknown_currency',
        { currency: quoted(account.currency) },
        placeOf(record, oldBalance.account),
      ),
    )
}

const fillHead = ({ text }: CodaRecord, { statement, account, addressee, bank }: Group): void => {
  const { head } = statement
  const holder = wordAt(text, oldBalance.holder) ?? addressee
  const type = wordAt(text, oldBalance.description)
  const number = wordAt(text, oldBalance.number) ?? wordAt(text, oldBalance.paperNumber)
  if (number !== undefined) head.bankStatementId = number
  if (account === null || account.number === '') return
  head.account = {
    number: account.number,
    ...(bank === undefined ? {} : { bank }),
    ...(holder === undefined ? {} : { holder }),
    ...(type === undefined ? {} : { type }),
  }
}

interface BalanceFields {
  kind: 'opening' | 'closing'
  fields: { sign: Field; amount: Field; on: Field }
}

/** Reads a balance into the checkpoints; gives what could be read of it. */
const readBalance = (record: CodaRecord, { kind, fields }: BalanceFields, group: Group) => {
  const { tell, days, currency } = group.reading
  const amount = signedAmount(record, fields, tell)
  const on = days(record.text, fields.on)
  if (on === null) tellDay(record, { field: fields.on, what: 'balance' }, tell)
  if (amount !== null)
    group.statement.head.checkpoints.push({
      kind,
      amount: balanceAmount(amount, currency),
      origin: 'stated',
      position: placeOf(record, fields.amount),
      ...(on === null ? {} : { on }),
    })
  return { amount, on }
}

/** Record 1. */
export const readOldBalance = (record: CodaRecord, group: Group): void => {
  readAccount(record, group)
  fillHead(record, group)
  const { amount, on } = readBalance(record, { kind: 'opening', fields: oldBalance }, group)
  const number = numberAt(record.text, oldBalance.number)
  Object.assign(group.link, {
    number: number === 0 ? null : number,
    openingOn: on,
    record: record.number,
    ...(amount === null ? {} : { opening: amount }),
  })
}

const compareAccounts = (record: CodaRecord, { account, structure, reading }: Group): void => {
  const found = accountField(cut(record.text, newBalance.account), structure)
  if (account === null || found === null) return
  if (found.number !== account.number)
    reading.tell(
      asWarning(malformedField(record, { field: newBalance.account, reason: 'account_differs' })),
    )
  // where nothing is written, nothing is said of the currency
  if (found.currency !== '' && found.currency !== account.currency)
    reading.tell(
      problem(
        'currency_mismatch',
        {
          what: 'statement',
          found: quoted(found.currency),
          expected: quoted(account.currency) || '?',
        },
        placeOf(record, newBalance.account),
      ),
    )
}

/** Record 8. */
export const readNewBalance = (record: CodaRecord, group: Group): void => {
  compareAccounts(record, group)
  const { amount, on } = readBalance(record, { kind: 'closing', fields: newBalance }, group)
  group.hasClosing = true
  group.link.closingOn = on
  if (amount !== null) group.link.closing = amount
  if (on !== null) group.statement.head.to = on
}

/** What the chain of statements needs; null where not all of it could be read, or where the balances mean nothing. */
export const linkOf = ({ account, link, isPartial }: Group): Link | null => {
  const { opening, closing, openingOn = null, closingOn = null, number = null, record = 0 } = link
  if (isPartial || account === null || opening === undefined || closing === undefined) return null
  const { number: name, currency } = account
  return { account: name, currency, number, opening, openingOn, closing, closingOn, record }
}
