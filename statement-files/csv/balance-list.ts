/** A file that lists the balance of each day and no line at all: what it states last is worth keeping. */
import { readDay } from '../inference/date-order.ts'
import type { Checkpoint } from '../parsed.ts'
import { readBalance } from './amounts.ts'
import { plainDay, trimmed } from './cell.ts'
import type { Plan } from './plan.ts'
import type { Row } from './table.ts'

export interface BalanceList {
  /** Whether the row states a balance. */
  see: (row: Row) => boolean
  /** The balance of the latest day. */
  closing: () => Checkpoint | null
}

export const createBalanceList = (plan: Plan, today: string): BalanceList => {
  const { bookedOn, decimalSign, roles } = plan
  const index = roles.indexOf('balance')
  let latest: (Checkpoint & { on: string }) | null = null
  return {
    see({ cells, line }) {
      const cell = plainDay(trimmed(cells[bookedOn.index] ?? ''))
      const on = bookedOn.order === null ? null : readDay(cell, bookedOn.order, today)
      const amount = readBalance(cells, index, decimalSign)
      if (on === null || amount === null) return false
      if (latest === null || on > latest.on)
        latest = { kind: 'closing', amount, origin: 'stated', on, position: { line } }
      return true
    },
    closing: () => latest,
  }
}
