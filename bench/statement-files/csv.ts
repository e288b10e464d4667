/** A CSV statement of any length, as banks write them; the same for the same number of rows. */

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

/** Numbers that look random and are the same in every run. */
const createDice = (seed: number) => {
  let state = seed
  return (sides: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * sides)
  }
}

const amountOf = (cents: bigint): string => {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0')
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

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
  const roll = createDice(20_250_101)
  let balance = 1_000_000n
  let piece = header
  for (let row = 0; row < rows; row += 1) {
    const cents = BigInt(roll(4) === 0 ? 1 + roll(900_000) : -1 - roll(200_000))
    balance += cents
    const on = dayOf(row, rows)
    const text = `${texts[roll(texts.length)]} ${1_000 + roll(9_000)}`
    const account = accounts[roll(accounts.length)]
    const bic = account === '' ? '' : 'KREDBEBB'
    piece +=
      `${on},${text},${amountOf(cents)},EUR,${amountOf(balance)},${on},BE71096123456769,` +
      `${account},${names[roll(names.length)]},${bic},T${100_000_000 + row},Invoice ${row} of ${on}\n`
    if ((row + 1) % rowsPerPiece !== 0) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}
