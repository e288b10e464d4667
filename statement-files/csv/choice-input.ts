/** What is known when the columns of the amounts are chosen. */
import type { ColumnRole, DecimalSign } from '../../domain/csv-layout.ts'
import type { ParseOptions } from '../output.ts'
import type { DayReading } from './days.ts'
import type { Survey } from './survey.ts'

export interface ChoiceInput {
  survey: Survey
  /** Roles of the columns; those of the amounts are filled in where cells alone tell. */
  roles: ColumnRole[]
  days: DayReading
  decimalSign: DecimalSign
  options: ParseOptions
}
