/** What is remembered of the elements that are open: one statement, one entry of it, one detail of that. */
import { DecimalSum } from '../decimal.ts'
import type { OpenStatement, Output } from '../output.ts'
import type { AccountRef, Position } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import type { Place } from './xml-reader.ts'

/** An amount as written: never signed. */
export interface Money {
  amount: string
  currency: string | undefined
}

/** `AmtDtls`: the same payment in the currencies it went through. */
export class Amounts {
  instructed: Money | undefined
  transaction: Money | undefined
  counterValue: Money | undefined
  rate: string | undefined
}

/** Debtor or creditor, and who stands behind them. */
export class Party {
  name: string | undefined
  ultimateName: string | undefined
  account: string | undefined
  bic: string | undefined
}

/** `BkTxCd` */
export class TypeCode {
  domain: string | undefined
  family: string | undefined
  subfamily: string | undefined
  proprietary: string | undefined
}

/** `CdtrRefInf` */
export class Reference {
  text = ''
  type: string | undefined
  issuer: string | undefined
  line = 0
  column = 0
}

/** `TxDtls`: one payment of an entry. */
export class Detail {
  money: Money | undefined
  isDebit: boolean | undefined
  readonly amounts = new Amounts()
  readonly debtor = new Party()
  readonly creditor = new Party()
  readonly type = new TypeCode()
  references: Reference[] | undefined
  structured: string[] | undefined
  unstructured: string[] | undefined
  additional: string | undefined
  bankReference: string | undefined
  endToEndId: string | undefined
  mandateId: string | undefined
  chequeNumber: string | undefined
}

/** `Ntry`: one booked movement. */
export class Entry {
  readonly position: Position
  money: Money | undefined
  isDebit: boolean | undefined
  status: string | undefined
  bookedOn: string | undefined
  valueOn: string | undefined
  bankReference: string | undefined
  additional: string | undefined
  readonly amounts = new Amounts()
  readonly type = new TypeCode()
  readonly details: Detail[] = []
  /** Told only when the entry turns out to be booked. */
  problems: Problem[] | undefined
  hasRaw = false

  constructor(position: Position) {
    this.position = position
  }
}

/** `Bal` */
export class Balance {
  readonly position: Position
  code: string | undefined
  money: Money | undefined
  isDebit = false
  on: string | undefined
  problems: Problem[] | undefined

  constructor(position: Position) {
    this.position = position
  }
}

/** Number and sum of entries as `TxsSummry` states them. */
export class StatedTotal {
  count: string | undefined
  sum: string | undefined
  readonly position: Position

  constructor(position: Position) {
    this.position = position
  }
}

/** Number and sums of entries as they were read. */
export class FoundTotal {
  count = 0
  readonly credit = new DecimalSum()
  readonly debit = new DecimalSum()
}

export class Statement {
  readonly open: OpenStatement
  readonly position: Position
  id: string | undefined
  electronicNumber: string | undefined
  legalNumber: string | undefined
  accountCurrency: string | undefined
  accountNumber: string | undefined
  isAccountIban = false
  holder: string | undefined
  bank: string | undefined
  accountType: string | undefined
  copy: string | undefined
  readonly balances: Balance[] = []
  allEntries: StatedTotal | undefined
  credits: StatedTotal | undefined
  debits: StatedTotal | undefined
  readonly booked = new FoundTotal()
  readonly listed = new FoundTotal()
  skippedCount = 0
  /** Day of the closing balance; looked for once, when the first entry without any date asks. */
  closingOn: string | null | undefined

  constructor(open: OpenStatement, position: Position) {
    this.open = open
    this.position = position
  }

  account(): AccountRef | undefined {
    if (this.accountNumber === undefined) return undefined
    return {
      number: this.accountNumber,
      ...(this.holder === undefined ? {} : { holder: this.holder }),
      ...(this.bank === undefined ? {} : { bank: this.bank }),
      ...(this.accountType === undefined ? {} : { type: this.accountType }),
    }
  }
}

/** What the nodes of the tree write to: the element that is open of each kind, set before anything below it is read. */
export class Reading {
  readonly output: Output
  readonly place: Place
  /** So many first lines of each statement carry their text. */
  readonly rawLines: number
  statementCount = 0
  entryCount = 0
  statement!: Statement
  balance!: Balance
  entry!: Entry
  detail!: Detail
  reference!: Reference
  /** `Ccy` of the amount that is open. */
  currency: string | undefined

  constructor(output: Output, place: Place, rawLines: number) {
    this.output = output
    this.place = place
    this.rawLines = rawLines
  }
}
