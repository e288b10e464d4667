/** In which order the days of a column are written. */
import type { DateOrder } from '../../domain/csv-layout.ts'
import type { ParseOptions } from '../output.ts'
import type { Column } from './column.ts'

/** The days of a column: null where nothing tells which order they are written in. */
export interface DayReading {
  index: number
  order: DateOrder | null
}

const orders: readonly DateOrder[] = ['dmy', 'mdy']

/** How a column of days is read; `doubt` is a day that reads differently by each order, where nothing tells. */
export const dayReading = (
  { columns, options }: { columns: readonly Column[]; options: ParseOptions },
  index: number,
): { reading: DayReading; doubt: string | null } => {
  const { dateOrder } = options
  if (dateOrder !== undefined) return { reading: { index, order: dateOrder }, doubt: null }
  const verdict = columns[index]?.dates.verdict()
  if (verdict?.kind === 'order') return { reading: { index, order: verdict.order }, doubt: null }
  if (verdict?.kind !== 'ambiguous') return { reading: { index, order: 'ymd' }, doubt: null }
  // one program wrote all the dates of a file
  const order = orderOfOthers(columns, index)
  return { reading: { index, order }, doubt: order === null ? verdict.text : null }
}

const orderOfOthers = (columns: readonly Column[], index: number): DateOrder | null => {
  for (const [at, column] of columns.entries()) {
    if (at === index || !column.isDates) continue
    const verdict = column.dates.verdict()
    if (verdict.kind === 'order' && orders.includes(verdict.order)) return verdict.order
  }
  return null
}
