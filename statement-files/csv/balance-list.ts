/** A file that lists the balance of each day and no line at all: what it states last is worth keeping. */
import { readDay } from '../inference/date-order.ts'
import type { Checkpoint } from '../parsed.ts'
import { readBalance } from './amounts.ts'
import { plainDay, trimmed } from './cell.ts'
import type { Plan } from './plan.ts'
import type { Row } from './table.ts'

export class BalanceList {
  readonly #plan: Plan
  readonly #today: string
  readonly #index: number
  #latestOn = ''
  /** The balance of the latest day. */
  closing: Checkpoint | null = null

  constructor(plan: Plan, today: string) {
    this.#plan = plan
    this.#today = today
    this.#index = plan.roles.indexOf('balance')
  }

  /** Whether the row states a balance. */
  see({ cells, line }: Row): boolean {
    const { bookedOn, decimalSign } = this.#plan
    const cell = plainDay(trimmed(cells[bookedOn.index] ?? ''))
    const on = bookedOn.order === null ? null : readDay(cell, bookedOn.order, this.#today)
    const amount = readBalance(cells, this.#index, decimalSign)
    if (on === null || amount === null) return false
    if (on > this.#latestOn) {
      this.#latestOn = on
      this.closing = { kind: 'closing', amount, origin: 'stated', on, position: { line } }
    }
    return true
  }
}
