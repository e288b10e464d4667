/** How a CSV statement file is laid out: what was understood, or what a person or a saved profile says it is. */

export const columnRoles = [
  'booked_on',
  'value_on',
  'amount',
  'debit',
  'credit',
  /** Says whether the unsigned amount beside it goes in or out. */
  'direction',
  'balance',
  'currency',
  'account',
  'counterparty',
  'counterparty_account',
  'counterparty_bic',
  'text',
  'reference',
  'bank_reference',
  'status',
  'original_amount',
  'original_currency',
  'fee',
  'ignored',
] as const
export type ColumnRole = (typeof columnRoles)[number]

export const dateOrders = ['dmy', 'mdy', 'ymd'] as const
export type DateOrder = (typeof dateOrders)[number]

export const decimalSigns = ['.', ','] as const
export type DecimalSign = (typeof decimalSigns)[number]

export interface CsvLayout {
  /** Identifies the header: its folded cells and the delimiter. Null for a file without header. */
  headerFingerprint: string | null
  delimiter: string
  /** Row of the header from 1; null for a file without one. */
  headerRow: number | null
  columns: readonly { name: string; role: ColumnRole }[]
  dateOrder: DateOrder | null
  decimalSign: DecimalSign | null
  /** Amounts are written from the bank's side: what is positive leaves the account. */
  isInverted: boolean
}

/** Corrections and answers; what is absent is found out from the file. */
export interface CsvMapping {
  /** The mapping was saved for this header: another one is a changed layout and nothing is read. */
  headerFingerprint?: string
  delimiter?: string
  /** 0 says that there is none. */
  headerRow?: number
  roles?: readonly ColumnRole[]
  isInverted?: boolean
}
