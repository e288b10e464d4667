/** A QIF file as a personal finance program writes it: one account, days by the month first, a few splits and accents. */
import { createRandom } from '../../scripts/random.ts'

const payees = [
  'Delhaize Grocery',
  'Café de la Gare',
  'ACME Insurance Co.',
  'Müller & Söhne',
  'City Water Works',
  'Payroll Example Ltd',
  'Bookshop “Le Pavé”',
]
const categories = ['Food:Groceries', 'Utilities:Water', 'Salary', '[Savings]', 'Leisure']

const money = (cents: number): string => {
  const units = Math.floor(cents / 100).toString()
  const grouped = units.length > 3 ? `${units.slice(0, -3)},${units.slice(-3)}` : units
  return `${grouped}.${String(cents % 100).padStart(2, '0')}`
}

const splitsOf = (cents: number): string => {
  const half = Math.floor(cents / 2)
  return `SFood:Groceries\nEhalf\n$-${money(half)}\nSLeisure\nEthe rest\n$-${money(cents - half)}\n`
}

/** The text of a file with so many records, in pieces. */
export function* qifFile(records: number): Generator<string> {
  const { below, pick } = createRandom(20_240_131)
  yield '!Type:Bank\n'
  for (let index = 0; index < records; index += 1) {
    const cents = 1 + below(500_000)
    const isIn = below(4) === 0
    const day = `${1 + below(12)}/${1 + below(28)}/${2_015 + Math.floor((index / records) * 10)}`
    const splits = isIn || below(20) > 0 ? '' : splitsOf(cents)
    yield `D${day}\nT${isIn ? '' : '-'}${money(cents)}\nCX\nN${1_000 + index}\nP${pick(payees)}\nMpayment ${index}\nL${pick(categories)}\n${splits}^\n`
  }
}
