/** Sums and days of the lines of one statement, and what is wrong with a line whatever format it came from. */
import { decimalsOf } from './currency.ts'
import { DecimalSum, scaleOf, sumOf } from './decimal.ts'
import type { ParsedLine } from './parsed.ts'
import type { Problem } from './problem.ts'
import { problem, quoted } from './problem.ts'
import { SeenReferences } from './seen-references.ts'

export interface Totals {
  lineCount: number
  /** Decimal texts: all lines, those in, those out (negative). */
  sum: string
  sumIn: string
  sumOut: string
  /** First and last booking day among the lines. */
  firstOn?: string
  lastOn?: string
}

/** Adds up lines as they come; tells repeated bank references and amounts finer than their currency. */
export const createTally = (tell: (told: Problem) => unknown) => {
  const incoming = new DecimalSum()
  const outgoing = new DecimalSum()
  // half a million references need their own memory, not that of the file they stand in
  const references = new SeenReferences()
  let lineCount = 0
  let firstOn: string | undefined
  let lastOn: string | undefined
  let lastSeenOn = ''

  const look = ({ amount, currency, bankReference, position }: ParsedLine) => {
    if (currency !== undefined && scaleOf(amount) > decimalsOf(currency))
      tell(problem('bad_amount', { text: amount, reason: 'decimals', currency }, position))
    if (bankReference === undefined) return
    if (!references.add(bankReference))
      tell(problem('reference_reused', { reference: quoted(bankReference) }, position))
  }

  return {
    add(line: ParsedLine): void {
      lineCount += 1
      const side = line.amount.startsWith('-') ? outgoing : incoming
      side.add(line.amount)
      const { bookedOn } = line
      // lines of one day follow each other
      if (bookedOn !== null && bookedOn !== lastSeenOn) {
        lastSeenOn = bookedOn
        if (firstOn === undefined || bookedOn < firstOn) firstOn = bookedOn
        if (lastOn === undefined || bookedOn > lastOn) lastOn = bookedOn
      }
      look(line)
    },
    totals: (): Totals => ({
      lineCount,
      sum: sumOf(incoming.total(), outgoing.total()),
      sumIn: incoming.total(),
      sumOut: outgoing.total(),
      ...(firstOn === undefined ? {} : { firstOn }),
      ...(lastOn === undefined ? {} : { lastOn }),
    }),
  }
}
