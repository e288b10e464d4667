/** Programs write the opening balance of an account as its first record. */
import { transferAccount } from './line.ts'
import type { QifRecord } from './record-reader.ts'
import type { QifStatement } from './statements.ts'

const payees = new Set([
  'opening balance',
  'beginning balance',
  'starting balance',
  'solde initial',
  "solde d'ouverture",
  'solde de départ',
  'beginsaldo',
  'openingssaldo',
  'openingsbalans',
  'anfangssaldo',
  'anfangsbestand',
  'eröffnungssaldo',
  'saldo inicial',
  'saldo iniziale',
])

/** Whether a record says what was on the account before: such a record moves from its account to itself. */
export const isOpening = ({ payee, category }: QifRecord, statement: QifStatement): boolean => {
  if (statement.lineCount > 0 || statement.head.checkpoints.length > 0) return false
  const account = transferAccount(category)
  if (account === null || !payees.has(payee.toLowerCase())) return false
  return !statement.isNamed || account === statement.head.account?.number
}
