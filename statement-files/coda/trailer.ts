/** Record 9: its counts and sums against what was read. */
import { problem, quoted } from '../problem.ts'
import type { Group } from './group.ts'
import type { CodaRecord } from './layout.ts'
import { cut, trailer } from './layout.ts'
import type { Tell } from './reading.ts'
import { decimalAt, decimalOfUnits, numberAt, placeOf, malformedField } from './reading.ts'

interface Control {
  what: 'debit' | 'credit'
  found: bigint
}

const compareSum = (record: CodaRecord, { what, found }: Control, tell: Tell): void => {
  const field = trailer[what]
  const stated = decimalAt(record.text, field)
  const position = placeOf(record, field)
  if (stated === null)
    tell(problem('bad_amount', { text: quoted(cut(record.text, field)) }, position))
  else if (BigInt(cut(record.text, field)) !== found)
    tell(
      problem('control_total_mismatch', { what, stated, found: decimalOfUnits(found) }, position),
    )
}

/** Tells every figure of a trailer that the statement before it does not reach. */
export const readTrailer = (record: CodaRecord, group: Group): void => {
  const { movements, reading, recordCount } = group
  const { tell } = reading
  const stated = numberAt(record.text, trailer.recordCount)
  if (stated === null)
    tell(malformedField(record, { field: trailer.recordCount, reason: 'digits' }))
  else if (stated !== recordCount)
    tell(
      problem(
        'control_total_mismatch',
        { what: 'records', stated, found: recordCount },
        placeOf(record, trailer.recordCount),
      ),
    )
  compareSum(record, { what: 'debit', found: movements.totals.debit }, tell)
  compareSum(record, { what: 'credit', found: movements.totals.credit }, tell)
  if (!group.hasClosing && movements.totals.lineCount > 0)
    tell(problem('truncated', { missing: 'closing' }, { record: record.number }))
}
