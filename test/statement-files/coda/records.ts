/** Writes CODA for tests by the positions of the standard, apart from the layout that the parser reads with. */
import type { ParsedStatement } from '../../../statement-files/collect.ts'
import { parseStatementFile } from '../../../statement-files/collect.ts'

type Piece = readonly [from: number, text: string]

/** A record of 128 characters with each text at its position. */
const record = (...pieces: readonly Piece[]): string => {
  const characters = Array.from({ length: 128 }, () => ' ')
  for (const [from, text] of pieces)
    for (const [index, character] of Array.from(text).entries())
      characters[from - 1 + index] = character
  return characters.join('')
}

export const iban = 'BE68539007547034'

const amount = (cents: number): string => String(Math.abs(cents)).padStart(14, '0') + '0'
const sign = (cents: number): string => (cents < 0 ? '1' : '0')

export const header = (...pieces: readonly Piece[]): string =>
  record(
    [1, '0000031012400005'],
    [35, 'ACME BV'],
    [61, 'GKCCBEBB'],
    [72, '00403200393'],
    [84, '00000'],
    [128, '2'],
    ...pieces,
  )

export const oldBalance = (cents: number, ...pieces: readonly Piece[]): string =>
  record(
    [1, '12001'],
    [6, iban],
    [40, 'EUR'],
    [43, sign(cents) + amount(cents)],
    [59, '300124'],
    [65, 'ACME BV'],
    [91, 'CURRENT ACCOUNT'],
    [126, '001'],
    ...pieces,
  )

export const newBalance = (cents: number, ...pieces: readonly Piece[]): string =>
  record(
    [1, '8001'],
    [5, iban],
    [39, 'EUR'],
    [42, sign(cents) + amount(cents)],
    [58, '310124'],
    [128, '0'],
    ...pieces,
  )

/** Record 21; the numbers are sequence and detail. */
export const movement = (numbers: string, cents: number, ...pieces: readonly Piece[]): string =>
  record(
    [1, `21${numbers}`],
    [11, `REF${numbers}`],
    [32, sign(cents) + amount(cents)],
    [48, '310124'],
    [54, '00150000'],
    [62, '0'],
    [116, '310124'],
    [122, '001'],
    [125, '0'],
    [126, '0 0'],
    ...pieces,
  )

export const second = (numbers: string, ...pieces: readonly Piece[]): string =>
  record([1, `22${numbers}`], [126, '0 0'], ...pieces)

export const third = (numbers: string, ...pieces: readonly Piece[]): string =>
  record([1, `23${numbers}`], [126, '0 0'], ...pieces)

/** Records 31, 32 and 33. */
export const information = (
  kind: '31' | '32' | '33',
  numbers: string,
  ...pieces: readonly Piece[]
): string => record([1, `${kind}${numbers}`], [126, '0 0'], ...pieces)

interface Sums {
  records: number
  debit: number
  credit: number
}

export const trailer = ({ records, debit, credit }: Sums, ...pieces: readonly Piece[]): string =>
  record(
    [1, '9'],
    [17, String(records).padStart(6, '0')],
    [23, amount(debit)],
    [38, amount(credit)],
    [128, '2'],
    ...pieces,
  )

const centsOf = (text: string): number => Number(text.slice(32, 46)) * (text[31] === '1' ? -1 : 1)

const opening = 10_000

const hasNoDetailNumber = (text: string): boolean =>
  text.startsWith('21') && text.slice(6, 10) === '0000'

/** A whole statement around records 21 to 33, with balances and trailer that agree with them. */
export const statementOf = (
  movements: readonly string[],
  isLine: (text: string, index: number) => boolean = hasNoDetailNumber,
): string[] => {
  const cents = movements.filter(isLine).map(centsOf)
  const total = cents.reduce((sum, each) => sum + each, 0)
  const credit = cents.filter((each) => each > 0).reduce((sum, each) => sum + each, 0)
  return [
    header(),
    oldBalance(opening),
    ...movements,
    newBalance(opening + total),
    trailer({ records: movements.length + 2, debit: credit - total, credit }),
  ]
}

export const parse = (records: readonly string[] | string, rawLines = 0) =>
  parseStatementFile(
    Buffer.from(typeof records === 'string' ? records : records.join('\r\n') + '\r\n'),
    { today: '2026-11-21', rawLines },
  )

/** The only statement of a file. */
export const parseOne = (records: readonly string[], rawLines = 0): ParsedStatement => {
  const { statements } = parse(records, rawLines)
  const [statement] = statements
  if (statement === undefined || statements.length > 1)
    throw new Error(`${statements.length} statements`)
  return statement
}

/** The line that a record 21 and those behind it make; wrong codes at their ends are not looked at. */
export const lineOf = (...records: readonly string[]) => {
  const [line] = parseOne(statementOf(records)).lines
  if (line === undefined) throw new Error('no line')
  return line
}

/** Code and place of each problem of a statement, in short. */
export const problemsOf = ({ problems }: Pick<ParsedStatement, 'problems'>): string[] =>
  problems.map(({ code, severity, position }) => {
    const { record: number, from, to } = position ?? {}
    const place = from === undefined ? '' : `:${from}-${to}`
    return `${severity} ${code}${number === undefined ? '' : ` ${number}`}${place}`
  })
