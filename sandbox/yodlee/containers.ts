/** Yodlee's containers: kinds of accounts, each with ids and fields of its own. */
import type { BankAccount } from '../bank.ts'

export type Container = 'bank' | 'creditCard' | 'investment'

const containers: Record<BankAccount['subtype'], Container> = {
  checking: 'bank',
  savings: 'bank',
  psp: 'bank',
  card: 'creditCard',
  securities: 'investment',
}

/** The containers that accounts of these banks come in. */
export const containerNames: readonly Container[] = ['bank', 'creditCard', 'investment']

/** The container of an account. */
export const containerOf = ({ subtype }: BankAccount): Container => containers[subtype]
