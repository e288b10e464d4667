/** What the stories of all providers are made of, and how their ends are compared. */
import fc from 'fast-check'

/** Decimal texts of these digits, cut at up to five decimals. */
export const amountsOf = (range: { min: bigint; max: bigint }): fc.Arbitrary<string> =>
  fc.tuple(fc.bigInt(range), fc.integer({ min: 0, max: 5 })).map(([digits, decimals]) => {
    const text = (digits < 0n ? -digits : digits).toString().padStart(decimals + 1, '0')
    const cut = text.length - decimals
    const plain = decimals === 0 ? text : `${text.slice(0, cut)}.${text.slice(cut)}`
    return digits < 0n ? `-${plain}` : plain
  })

/** Chooses among rows whose number is not known yet. */
export const pick = fc.nat({ max: 9_999 })

/** Rows as texts, in an order of their own. */
export const sorted = (rows: readonly string[][]): string[] =>
  rows.map((row) => row.join(' | ')).toSorted((a, b) => (a < b ? -1 : 1))
