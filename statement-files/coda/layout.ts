/** CODA 2: what stands where in its records. Positions count from 1, both ends included, as the standard prints them. */

export interface Field {
  readonly from: number
  readonly to: number
}

const at = (from: number, to: number = from): Field => ({ from, to })

export const recordLength = 128

/** Record 0. */
export const header = {
  createdOn: at(6, 11),
  application: at(15, 16),
  duplicate: at(17),
  addressee: at(35, 60),
  bic: at(61, 71),
  separateApplication: at(84, 88),
  version: at(128),
}

/** Record 1. */
export const oldBalance = {
  structure: at(2),
  paperNumber: at(3, 5),
  account: at(6, 42),
  sign: at(43),
  amount: at(44, 58),
  on: at(59, 64),
  holder: at(65, 90),
  description: at(91, 125),
  number: at(126, 128),
}

/** Record 8. */
export const newBalance = {
  account: at(5, 41),
  sign: at(42),
  amount: at(43, 57),
  on: at(58, 63),
}

/** Continuous number and number of the detail: the same place in records 21 to 33. */
export const numbers = { sequence: at(3, 6), detail: at(7, 10) }

/** Record 21. */
export const movement = {
  bankReference: at(11, 31),
  sign: at(32),
  amount: at(33, 47),
  valueOn: at(48, 53),
  typeCode: at(54, 61),
  communicationKind: at(62),
  communication: at(63, 115),
  bookedOn: at(116, 121),
}

/** Record 22. */
export const second = {
  communication: at(11, 63),
  customerReference: at(64, 98),
  bic: at(99, 109),
  returnKind: at(113),
  returnReason: at(114, 117),
}

/** Record 23. */
export const third = {
  account: at(11, 47),
  name: at(48, 82),
  communication: at(83, 125),
}

/** Records 31, 32 and 33. */
export const information = {
  kind: at(40),
  first: at(41, 113),
  second: at(11, 115),
  third: at(11, 100),
}

/** Record 9. */
export const trailer = {
  recordCount: at(17, 22),
  debit: at(23, 37),
  credit: at(38, 52),
  another: at(128),
}

/** Codes that announce what follows: in records 21, 22, 31 and 32 the next of the same three, in the others another kind. */
export const codes = { next: at(126), link: at(128) }

export interface Kind {
  readonly name: string
  /** Shortest record that holds all that must be there; what lies behind may be blank and cut off. */
  readonly minimum: number
  /** Kinds that it may stand behind; `` is the beginning of the file. */
  readonly after: readonly string[]
  /** The trailer counts it. */
  readonly isCounted: boolean
}

const parts = ['21', '22', '23', '31', '32', '33']

const kind = (name: string, minimum: number, after: readonly string[]): Kind => ({
  name,
  minimum,
  after,
  isCounted: !['0', '4', '9'].includes(name),
})

const kinds: ReadonlyMap<string, Kind> = new Map(
  [
    kind('0', 128, ['', '9']),
    kind('1', 64, ['0']),
    kind('21', 121, ['1', ...parts]),
    kind('22', 10, ['21']),
    kind('23', 10, ['21', '22']),
    kind('31', 40, parts),
    kind('32', 10, ['31']),
    kind('33', 10, ['31', '32']),
    kind('8', 63, ['1', ...parts]),
    kind('4', 10, ['1', ...parts, '8', '4']),
    kind('9', 52, ['1', ...parts, '8', '4']),
  ].map((each) => [each.name, each]),
)

/** The kind of a record by its first characters; undefined for one that does not exist. */
export const kindOf = (text: string): Kind | undefined =>
  kinds.get(text[0] === '2' || text[0] === '3' ? text.slice(0, 2) : text.slice(0, 1))

/** One record: padded to its full length. */
export interface CodaRecord {
  readonly kind: Kind
  readonly text: string
  /** Its number in the file. */
  readonly number: number
}

/** The characters of a field, blanks included. */
export const cut = (text: string, { from, to }: Field): string => text.slice(from - 1, to)
