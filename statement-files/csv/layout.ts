/** What was understood of a file, in words that a person can correct. */
import type { CsvLayout } from '../../domain/csv-layout.ts'
import type { Plan } from './plan.ts'

export const layoutOf = (plan: Plan, delimiter: string): CsvLayout => ({
  headerFingerprint: plan.fingerprint,
  delimiter,
  headerRow: plan.table.header?.line ?? null,
  columns: plan.columns.map(({ name }, index) => ({
    name: name.slice(0, 100),
    role: plan.roles[index] ?? 'ignored',
  })),
  dateOrder: plan.bookedOn.order,
  decimalSign: plan.decimalSign,
  isInverted: plan.amounts?.reading.isInverted ?? false,
})
