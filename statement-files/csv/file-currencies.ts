/** The currencies that a table names before any of its rows is read. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import type { Column } from './column.ts'
import { currencyIn } from './currency-name.ts'

interface RoledColumns {
  columns: readonly Column[]
  roles: readonly ColumnRole[]
}

/** Codes of the column of currencies, of the names of columns with amounts, and those written beside amounts. */
export const fileCurrencies = ({ columns, roles }: RoledColumns): string[] => {
  const stated = columns[roles.indexOf('currency')]
  const codes = stated === undefined ? [] : [...stated.distinct].map((cell) => cell.toUpperCase())
  const beside = columns.flatMap(({ name, currency, isMoney }) =>
    isMoney ? (currencyIn(name) ?? currency ?? []) : [],
  )
  return [...codes, ...beside]
}
