/** A CSV statement of any length, as banks write them; the same for the same number of rows. */
import { createRandom } from '../../scripts/random.ts'
import { amountOfCents } from './amount-of-cents.ts'

const header =
  'Date,Description,Amount,Currency,Balance,Value date,Account,Counterparty account,Counterparty,BIC,Transaction ID,Memo\n'

const names = [
  'Boulangerie Léger',
  'Acme NV',
  '"Müller & Söhne, GmbH"',
  'Van den Broeck BV',
  'City Parking',
  'Electrabel',
  'Garage Dupont SA',
  '"De Smet ""De Hoek"""',
]
const texts = ['Card payment', 'Transfer', 'Direct debit', 'Standing order', 'Instant transfer']
const accounts = ['BE68539007547034', 'NL91ABNA0417164300', 'FR1420041010050500013M02606', '']

const dayOf = (row: number, rows: number): string => {
  const day = new Date(Date.UTC(2025, 0, 1 + Math.floor((row * 365) / rows)))
  return day.toISOString().slice(0, 10)
}

const rowsPerPiece = 500

/**
 * The text of a statement with a running balance, in pieces; about 190 characters a row. Date, description and amount
 * come first, with commas between, so that any other reader of CSV can be told of them.
 */
export function* csvFile(rows: number): Generator<string> {
  const { below, pick } = createRandom(20_250_101)
  let balance = 1_000_000n
  let piece = header
  for (let row = 0; row < rows; row += 1) {
    const cents = BigInt(below(4) === 0 ? 1 + below(900_000) : -1 - below(200_000))
    balance += cents
    const on = dayOf(row, rows)
    const text = `${pick(texts)} ${1_000 + below(9_000)}`
    const account = pick(accounts)
    const bic = account === '' ? '' : 'KREDBEBB'
    piece +=
      `${on},${text},${amountOfCents(cents)},EUR,${amountOfCents(balance)},${on},BE71096123456769,` +
      `${account},${pick(names)},${bic},T${100_000_000 + row},Invoice ${row} of ${on}\n`
    if ((row + 1) % rowsPerPiece !== 0) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
