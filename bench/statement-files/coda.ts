/** Writes CODA files of any length that agree with themselves: the same text for the same number of movements. */
import { ibanOfBelgian, remainder97 } from '../../domain/iban.ts'

const pieceMovements = 200
const eol = '\r\n'

const givenNames = ['Anaïs', 'Zoé', 'Jan', 'Marie', 'Luc', 'Els', 'Tom', 'Nadia', 'Bart', 'Sofie']
const familyNames = ['Peeters', 'Janssens', 'Dubois', 'Maes', 'Lambert', 'Jacobs', 'Mertens']
const companies = ['Café du Parc', 'Boulangerie Centrale', 'Garage Noord', 'Drukkerij Zuid']
const streets = ['Kerkstraat', 'Rue Haute', 'Stationsplein', 'Avenue des Tilleuls']
const towns = ['1000 Bruxelles', '2000 Antwerpen', '4000 Liège', '9000 Gent']
const texts = ['Invoice', 'Facture', 'Factuur', 'Loyer', 'Huur', 'Order', 'Bestelling']

/** Numbers that look random and are the same each time. */
const createRandom = (seed: number) => {
  let state = seed
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return {
    below: (limit: number): number => Math.floor(next() * limit),
    one: (words: readonly string[]): string => words[Math.floor(next() * words.length)] ?? '',
  }
}

type Random = ReturnType<typeof createRandom>

const digits = (number: number | bigint, width: number): string =>
  String(number).padStart(width, '0')
const blanks = (width: number): string => ' '.repeat(width)
const wide = (text: string, width: number): string => text.slice(0, width).padEnd(width)

const checked = (ten: string): string => `${ten}${digits(remainder97(ten) || 97, 2)}`
const ibanFrom = (number: number): string => ibanOfBelgian(checked(digits(number, 10))) ?? ''
const referenceFrom = (number: number): string => checked(digits(number + 1, 10))

const account = `${wide(ibanFrom(5_390_075_470), 34)}EUR`

const signed = (thousandths: bigint): string =>
  `${thousandths < 0n ? 1 : 0}${digits(thousandths < 0n ? -thousandths : thousandths, 15)}`

const dayOf = (index: number): string => {
  const day = 1 + (index % 28)
  const month = 1 + (Math.floor(index / 28) % 12)
  return `${digits(day, 2)}${digits(month, 2)}25`
}

interface Movement {
  /** Sequence and detail, 8 digits. */
  numbers: string
  amount: bigint
  /** Day as the file writes it. */
  on: string
  /** Ten letters and digits that no other movement has. */
  id: string
  typeCode: string
  /** Kind and 53 characters or more. */
  communication: string
}

const first = (
  { numbers, amount, on, id, typeCode, communication }: Movement,
  codes: string,
): string =>
  `21${numbers}${wide(id, 21)}${signed(amount)}${on}${typeCode}${wide(communication, 54)}${on}0010${codes}`

/** 21 alone: costs of the bank, a card at a terminal or a text. */
const short = (movement: Movement, random: Random): string[] => {
  const kinds = [
    { typeCode: '00437000', communication: '0Fee' },
    {
      typeCode: '00402000',
      communication: `1113679999000000123411${digits(random.below(1_000_000), 6)}000001`,
    },
    { typeCode: '00150000', communication: `0${random.one(texts)} ${movement.id}` },
  ]
  const kind = kinds[random.below(kinds.length)] ?? {}
  return [first({ ...movement, ...kind }, '0 0')]
}

const communicationOf = (random: Random, id: string): string =>
  random.below(3) === 0
    ? `1101${referenceFrom(random.below(1_000_000_000))}`
    : `0${random.one(texts)} ${id} ${random.one(companies)}`

/** 21 to 23 and 31 to 32: a transfer with its counterparty. */
const transfer = (movement: Movement, random: Random): string[] => {
  const { numbers, id, typeCode } = movement
  const name = `${random.one(givenNames)} ${random.one(familyNames)}`
  const iban = ibanFrom(random.below(1_000_000_000))
  const street = `${random.one(streets)} ${1 + random.below(200)}`
  const communication = communicationOf(random, id)
  const sequence = numbers.slice(0, 4)
  return [
    first({ ...movement, communication }, '1 0'),
    `22${numbers}${blanks(53)}${wide(`E2E${id}`, 35)}${wide('GKCCBEBB', 11)}${blanks(16)}1 0`,
    `23${numbers}${wide(iban, 34)}EUR${wide(name, 35)}${blanks(43)}0 1`,
    `31${sequence}0001${wide(id, 21)}${typeCode}1001${wide(name, 70)}${blanks(12)}1 0`,
    `32${sequence}0001${wide(street, 35)}${wide(random.one(towns), 35)}${blanks(45)}0 0`,
  ]
}

/** 21 and 22 of a direct debit. */
const directDebit = (movement: Movement, random: Random): string[] => {
  const mandate = `M-${digits(random.below(1_000_000), 6)}`
  const creditor = 'BE69ZZZ0403200393'
  const communication = `1127${movement.on}1110${wide(creditor, 35)}${wide(mandate, 35)}${wide(random.one(texts), 62)}0`
  return [
    first({ ...movement, typeCode: '00501000', communication }, '1 0'),
    `22${movement.numbers}${wide(communication.slice(54), 53)}${blanks(62)}1 0`,
    `23${movement.numbers}${wide(ibanFrom(random.below(1_000_000_000)), 34)}EUR${wide(random.one(companies), 35)}${wide(communication.slice(107), 43)}0 0`,
  ]
}

/** A total with the payments that make it. */
const total = (movement: Movement, random: Random): string[] => {
  const half = movement.amount / 2n
  const sequence = movement.numbers.slice(0, 4)
  const details = [half, movement.amount - half].map((amount, index) =>
    first(
      {
        ...movement,
        numbers: `${sequence}000${index + 1}`,
        amount,
        typeCode: '50107000',
        communication: `0Salary ${random.one(givenNames)}`,
      },
      '0 0',
    ),
  )
  return [
    first({ ...movement, typeCode: '10107000', communication: '0Salaries' }, '0 0'),
    ...details,
  ]
}

const shapes = [transfer, transfer, transfer, transfer, transfer, directDebit, short, short, total]

const movementAt = (index: number, random: Random): Movement => {
  const isOut = random.below(2) === 0
  const amount = BigInt(1 + random.below(500_000)) * 10n
  return {
    numbers: `${digits(index % 10_000, 4)}0000`,
    amount: isOut ? -amount : amount,
    on: dayOf(Math.floor(index / 500)),
    id: index.toString(36).toUpperCase().padStart(10, '0'),
    typeCode: isOut ? '00101000' : '00150000',
    communication: '0',
  }
}

const opening = 1_000_000_000n

const beginning = [
  `0000002012500005${blanks(18)}${wide('ACME BV', 26)}${wide('GKCCBEBB', 11)}00403200393 00000${blanks(39)}2`,
  `12001${account}${signed(opening)}311224${wide('ACME BV', 26)}${wide('Current account', 35)}001`,
]

interface Sums {
  records: number
  debit: bigint
  credit: bigint
}

const ending = ({ records, debit, credit }: Sums): string[] => [
  `8001${account}${signed(opening + credit - debit)}311225${blanks(64)}0`,
  `9${blanks(15)}${digits(records + 2, 6)}${digits(debit, 15)}${digits(credit, 15)}${blanks(75)}2`,
]

const joined = (records: readonly string[]): string => records.map((text) => text + eol).join('')

/** A statement with so many movements, in pieces; its trailer has room for some 300,000. */
export function* codaFile(movements: number): Generator<string> {
  const random = createRandom(movements)
  const sums: Sums = { records: 0, debit: 0n, credit: 0n }
  let records = beginning
  for (let index = 1; index <= movements; index += 1) {
    const movement = movementAt(index, random)
    const shape = shapes[random.below(shapes.length)] ?? short
    const written = shape(movement, random)
    sums.records += written.length
    if (movement.amount < 0n) sums.debit -= movement.amount
    else sums.credit += movement.amount
    records = [...records, ...written]
    if (index % pieceMovements !== 0) continue
    yield joined(records)
    records = []
  }
  yield joined([...records, ...ending(sums)])
}
