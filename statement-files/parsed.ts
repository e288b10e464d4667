/** What a statement file says, before any policy: plain values, money as exact decimal text, days as the bank wrote them. */
import type { ArchiveMember, FilePosition } from '../domain/statement-import.ts'

export type Position = FilePosition

export type ReferenceType = 'belgian' | 'rf' | 'qrr' | 'other'

/** A part of a line that the file tells separately, such as one payment of a batch or its costs. */
export interface LineDetail {
  amount?: string
  currency?: string
  text?: string
  counterparty?: string
  counterpartyAccount?: string
  reference?: string
  endToEndId?: string
}

/** One booked movement. */
export interface ParsedLine {
  /** `YYYY-MM-DD`; null only where a problem of the file says why it cannot be known. */
  bookedOn: string | null
  /** The file names no booking date for the line; another date of it stands in. */
  isBookedOnDerived?: true
  valueOn?: string
  /** Signed decimal text in the account's currency, positive = money in. */
  amount: string
  /** ISO 4217; absent where the file names none. */
  currency?: string
  /** What was ordered in another currency, for information. */
  original?: { amount: string; currency: string; rate?: string }
  counterparty?: string
  counterpartyAccount?: string
  counterpartyBic?: string
  /** Structured reference without its decoration, check digits right. */
  reference?: string
  referenceType?: ReferenceType
  text: string
  /** Id that the bank gave the line: FITID, AcctSvcrRef, CODA bank reference. Never a key by itself. */
  bankReference?: string
  endToEndId?: string
  mandateId?: string
  chequeNumber?: string
  /** As given: CODA's eight digits, domain/family/subfamily, TRNTYPE. */
  typeCode?: string
  /** The bank takes back or replaces a line it sent earlier. */
  correction?: { action: 'replace' | 'delete'; bankReference: string }
  details?: readonly LineDetail[]
  position: Position
  /** The record as written; kept for the first lines only, as many as were asked for. */
  raw?: string
}

/** A balance the file gives for a day. */
export interface Checkpoint {
  kind: 'opening' | 'closing' | 'interim'
  /** Signed decimal text. */
  amount: string
  /** `YYYY-MM-DD`; absent where the file does not date the balance. */
  on?: string
  /** `computed`: not written in the file, but following from it without doubt. */
  origin: 'stated' | 'computed'
  position?: Position
}

export interface AccountRef {
  /** IBAN in capitals without blanks where it is one, else as the bank writes it. */
  number: string
  holder?: string
  /** BIC or national code. */
  bank?: string
  /** As the file words it: CHECKING, CREDITCARD, Bank … */
  type?: string
}

/** What a file says of one statement beside its lines; filled in as the file tells it. */
export interface StatementHead {
  /** The file of an archive that it stands in, and what that is. */
  member?: ArchiveMember
  account?: AccountRef
  currency?: string
  /** The bank's own id or number of the statement; for display only. */
  bankStatementId?: string
  /** First and last day that the statement claims to cover. */
  from?: string
  to?: string
  /** The bank says that it sent the same statement before. */
  isBankDuplicate?: true
  checkpoints: Checkpoint[]
}
