/** One booked line as a provider delivers it, in neutral words. */
export interface Line {
  /** Unique per account within one generation of the connection, for example `ponto:<id>`. */
  lineKey: string
  /** Signed decimal text, positive = money in. */
  amount: string
  /** ISO 4217. */
  currency: string
  /** Calendar day of the institution, `YYYY-MM-DD`. */
  bookedOn: string
  valueOn?: string
  text: string
  counterparty?: string
  counterpartyAccount?: string
  reference?: string
  /** The provider's payload as JSON text, kept so that a mapping can be corrected later. */
  raw: string
}

const folded = (text: string | undefined): string =>
  (text ?? '').normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

/** An amount without the zeros behind its last digit. */
export const shortest = (amount: string): string =>
  amount.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')

/** The number of an account as it is compared. */
export const compactAccount = (number: string): string => number.replace(/\s+/g, '').toUpperCase()

/** Whether a line under a key already stored is the same bank fact, corrected; else the provider re-used the key. */
export const isCorrection = (
  stored: Pick<Line, 'amount' | 'currency' | 'bookedOn' | 'text'>,
  line: Line,
): boolean =>
  stored.bookedOn === line.bookedOn ||
  (shortest(stored.amount) === shortest(line.amount) && stored.currency === line.currency) ||
  (folded(line.text) !== '' && folded(stored.text) === folded(line.text))

/** Version of `fingerprintOf`; stored beside every fingerprint so that a later version can be matched against it. */
export const fingerprintVersion = 1

/** The canonical text that says which bank fact a line is, independent of the provider's ids; hashed by the database. */
export const fingerprintOf = (line: Line): string =>
  [
    `f${fingerprintVersion}`,
    line.bookedOn,
    shortest(line.amount),
    line.currency,
    compactAccount(line.counterpartyAccount ?? ''),
    folded(line.text),
  ].join('\u001f')

/** The canonical text of everything a person would see of a line; another content means the bank corrected it. */
export const contentOf = (line: Line, fingerprint = fingerprintOf(line)): string =>
  [fingerprint, line.valueOn ?? '', line.text, line.counterparty ?? '', line.reference ?? ''].join(
    '\u001e',
  )
