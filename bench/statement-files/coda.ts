/** Writes CODA files of any length that agree with themselves: the same text for the same number of movements. */
import { createRandom, type Random } from '../../scripts/random.ts'
import { belgianIban, belgianReference } from './belgian.ts'
import {
  blanks,
  digits,
  firstRecords,
  joined,
  lastRecords,
  signed,
  wide,
  type Frame,
  type Totals,
} from './coda-record.ts'

const pieceMovements = 200

const givenNames = ['Anaïs', 'Zoé', 'Jan', 'Marie', 'Luc', 'Els', 'Tom', 'Nadia', 'Bart', 'Sofie']
const familyNames = ['Peeters', 'Janssens', 'Dubois', 'Maes', 'Lambert', 'Jacobs', 'Mertens']
const companies = ['Café du Parc', 'Boulangerie Centrale', 'Garage Noord', 'Drukkerij Zuid']
const streets = ['Kerkstraat', 'Rue Haute', 'Stationsplein', 'Avenue des Tilleuls']
const towns = ['1000 Bruxelles', '2000 Antwerpen', '4000 Liège', '9000 Gent']
const texts = ['Invoice', 'Facture', 'Factuur', 'Loyer', 'Huur', 'Order', 'Bestelling']

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
    { typeCode: '00150000', communication: `0${random.pick(texts)} ${movement.id}` },
  ]
  return [first({ ...movement, ...random.pick(kinds) }, '0 0')]
}

const communicationOf = (random: Random, id: string): string =>
  random.below(3) === 0
    ? `1101${belgianReference(random.below(1_000_000_000))}`
    : `0${random.pick(texts)} ${id} ${random.pick(companies)}`

/** 21 to 23 and 31 to 32: a transfer with its counterparty. */
const transfer = (movement: Movement, random: Random): string[] => {
  const { numbers, id, typeCode } = movement
  const name = `${random.pick(givenNames)} ${random.pick(familyNames)}`
  const iban = belgianIban(random.below(1_000_000_000))
  const street = `${random.pick(streets)} ${1 + random.below(200)}`
  const communication = communicationOf(random, id)
  const sequence = numbers.slice(0, 4)
  return [
    first({ ...movement, communication }, '1 0'),
    `22${numbers}${blanks(53)}${wide(`E2E${id}`, 35)}${wide('GKCCBEBB', 11)}${blanks(16)}1 0`,
    `23${numbers}${wide(iban, 34)}EUR${wide(name, 35)}${blanks(43)}0 1`,
    `31${sequence}0001${wide(id, 21)}${typeCode}1001${wide(name, 70)}${blanks(12)}1 0`,
    `32${sequence}0001${wide(street, 35)}${wide(random.pick(towns), 35)}${blanks(45)}0 0`,
  ]
}

/** 21 and 22 of a direct debit. */
const directDebit = (movement: Movement, random: Random): string[] => {
  const mandate = `M-${digits(random.below(1_000_000), 6)}`
  const creditor = 'BE69ZZZ0403200393'
  const communication = `1127${movement.on}1110${wide(creditor, 35)}${wide(mandate, 35)}${wide(random.pick(texts), 62)}0`
  return [
    first({ ...movement, typeCode: '00501000', communication }, '1 0'),
    `22${movement.numbers}${wide(communication.slice(54), 53)}${blanks(62)}1 0`,
    `23${movement.numbers}${wide(belgianIban(random.below(1_000_000_000)), 34)}EUR${wide(random.pick(companies), 35)}${wide(communication.slice(107), 43)}0 0`,
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
        communication: `0Salary ${random.pick(givenNames)}`,
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

const frame: Frame = {
  iban: belgianIban(5_390_075_470),
  holder: 'ACME BV',
  createdOn: '020125',
  openingOn: '311224',
  opening: 1_000_000_000n,
  closingOn: '311225',
}

/** A statement with so many movements, in pieces; its trailer has room for some 300,000. */
export function* codaFile(movements: number): Generator<string> {
  const random = createRandom(movements)
  const totals: Totals = { records: 0, debit: 0n, credit: 0n }
  let records = firstRecords(frame)
  for (let index = 1; index <= movements; index += 1) {
    const movement = movementAt(index, random)
    const written = random.pick(shapes)(movement, random)
    totals.records += written.length
    if (movement.amount < 0n) totals.debit -= movement.amount
    else totals.credit += movement.amount
    records = [...records, ...written]
    if (index % pieceMovements !== 0) continue
    yield joined(records)
    records = []
  }
  yield joined([...records, ...lastRecords(frame, { ...totals, isLast: true })])
}
