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

export interface DayContext {
  columns: readonly Column[]
  options: ParseOptions
  /** Nobody who writes such a file puts the month first. */
  isDayFirst: boolean
}

/** How a column of days is read; `doubt` is a day that reads differently by each order, where nothing tells. */
export const dayReading = (
  context: DayContext,
  index: number,
): { reading: DayReading; doubt: string | null } => {
  const { columns, options } = context
  const { dateOrder } = options
  const verdict = columns[index]?.dates.verdict()
  const sure = (order: DateOrder) => ({ reading: { index, order }, doubt: null })
  // an answer may have been given for another file, or for another one of the same archive
  if (verdict?.kind === 'order')
    return sure(verdict.isProven ? verdict.order : (dateOrder ?? verdict.order))
  if (dateOrder !== undefined) return sure(dateOrder)
  if (verdict?.kind !== 'ambiguous') return sure('ymd')
  const order = orderBeside(context, index)
  return { reading: { index, order }, doubt: order === null ? verdict.text : null }
}

/** What the rest of the file tells of days that could be read two ways. */
const orderBeside = (context: DayContext, index: number): DateOrder | null => {
  const { columns, options, isDayFirst } = context
  // one program wrote all the dates of a file
  const other = orderOfOthers(columns, index)
  if (other !== null || isDayFirst) return other ?? 'dmy'
  return pastOrder(columns[index]!, options.today)
}

/** Lines are booked in the past: an order by which some are not is the wrong one. */
const pastOrder = ({ dates }: Column, today: string): DateOrder | null => {
  const { dmy, mdy } = dates.latest()
  if (dmy <= today === mdy <= today) return null
  return dmy <= today ? 'dmy' : 'mdy'
}

const orderOfOthers = (columns: readonly Column[], index: number): DateOrder | null => {
  for (const [at, column] of columns.entries()) {
    if (at === index || !column.isDates) continue
    const verdict = column.dates.verdict()
    if (verdict.kind === 'order' && orders.includes(verdict.order)) return verdict.order
  }
  return null
}
