/** The columns of the two sides of a payment, where a table names both of them. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import type { Column } from './column.ts'
import { hintsOf } from './names.ts'
import { partyNameOf, type PartyName } from './party-name.ts'

export const partyRoles = ['counterparty', 'counterparty_account', 'counterparty_bic'] as const
export type PartyRole = (typeof partyRoles)[number]

const roleOf = {
  name: 'counterparty',
  account: 'counterparty_account',
  bic: 'counterparty_bic',
} as const satisfies Record<string, PartyRole>

const accountNumber = /^'?[A-Z]{0,4}\d[\d ./-]{4,40}'?$/

/** Whether a column holds numbers of accounts, whatever it is called. */
const holdsAccounts = (column: Column): boolean =>
  column.isIbans ||
  (column.distinct.size > 0 && [...column.distinct].every((cell) => accountNumber.test(cell)))

const isSpeaking = (column: Column): boolean =>
  !column.isDates && (!column.isMoney || holdsAccounts(column))

/** `From` and `To` may name currencies; a name such as Bob is one only by chance. */
const saidBy = (column: Column): PartyName | null => {
  const said = isSpeaking(column) ? partyNameOf(column.name) : null
  return said?.what === null && column.isCurrencies ? null : said
}

const partyRoleOf = (column: Column, { what }: PartyName): PartyRole => {
  if (what !== null && !(what === 'name' && holdsAccounts(column))) return roleOf[what]
  return holdsAccounts(column) ? 'counterparty_account' : 'counterparty'
}

const weightOfParty = 9

/** A column of names of the other side, whichever that is. */
const isOtherName = (column: Column): boolean => {
  const [hint] = hintsOf(column.name)
  return hint?.role === 'counterparty' && hint.weight >= weightOfParty && isSpeaking(column)
}

/** Roles of the columns that name who pays and who is paid; nothing where only one of the two has a column. */
export const partyColumns = (columns: readonly Column[]): ReadonlyMap<number, ColumnRole> => {
  const sided = columns.flatMap((column, index) => {
    const said = saidBy(column)
    return said === null ? [] : [{ index, role: partyRoleOf(column, said), side: said.side }]
  })
  const isPair = partyRoles.some((role) => {
    const sides = new Set(sided.filter((each) => each.role === role).map(({ side }) => side))
    return sides.size === 2
  })
  const roles = new Map<number, ColumnRole>()
  if (!isPair) return roles
  for (const { index, role } of sided) roles.set(index, role)
  for (const [index, column] of columns.entries())
    if (!roles.has(index) && isOtherName(column)) roles.set(index, 'counterparty')
  return roles
}
