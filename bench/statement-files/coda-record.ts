/** Fields of CODA records, and the records around the movements of a statement. */
export const digits = (number: number | bigint, width: number): string =>
  String(number).padStart(width, '0')

export const blanks = (width: number): string => ' '.repeat(width)

export const wide = (text: string, width: number): string => text.slice(0, width).padEnd(width)

const size = (thousandths: bigint): bigint => (thousandths < 0n ? -thousandths : thousandths)

/** An amount with its sign before it. */
export const signed = (thousandths: bigint): string =>
  `${thousandths < 0n ? 1 : 0}${digits(size(thousandths), 15)}`

/** What stands around the movements; days as the file writes them, amounts in thousandths. */
export interface Frame {
  iban: string
  holder: string
  createdOn: string
  openingOn: string
  opening: bigint
  closingOn: string
}

/** What the movements come to; amounts in thousandths, without sign. */
export interface Totals {
  records: number
  debit: bigint
  credit: bigint
}

const accountOf = ({ iban }: Frame): string => `${wide(iban, 34)}EUR`

/** The records before the movements. */
export const firstRecords = (frame: Frame): string[] => {
  const { holder, createdOn, opening, openingOn } = frame
  const name = wide(holder, 26)
  return [
    `00000${createdOn}00005${blanks(18)}${name}${wide('GKCCBEBB', 11)}00403200393 00000${blanks(39)}2`,
    `12001${accountOf(frame)}${signed(opening)}${openingOn}${name}${wide('Current account', 35)}001`,
  ]
}

/** The records behind the movements; whether another statement follows is for the last of them to say. */
export const lastRecords = (frame: Frame, totals: Totals & { isLast: boolean }): string[] => {
  const { records, debit, credit, isLast } = totals
  const closing = signed(frame.opening + credit - debit)
  return [
    `8001${accountOf(frame)}${closing}${frame.closingOn}${blanks(64)}0`,
    `9${blanks(15)}${digits(records + 2, 6)}${digits(debit, 15)}${digits(credit, 15)}${blanks(75)}${isLast ? 2 : 1}`,
  ]
}

/** Records as a file holds them. */
export const joined = (records: readonly string[]): string =>
  records.map((record) => `${record}\r\n`).join('')
