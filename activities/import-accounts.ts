/** Says to which of our accounts a statement of a file belongs. */
import type { FileAccount } from '../db/queries/import-accounts.ts'
import { isMasked } from '../domain/account-matching.ts'
import type { ImportOptions, ImportProblem } from '../domain/statement-import.ts'
import { compactNumber, ibanOf, ibanOfBelgian, isIban } from '../domain/iban.ts'
import type { AccountRef } from '../statement-files/parsed.ts'
import { problem, quoted } from '../statement-files/problem.ts'

/** A statement as far as it says whose it is. */
interface Named {
  account?: AccountRef
  currency?: string
}

export interface Assigned {
  account: FileAccount | null
  isLeftOut: boolean
  problems: ImportProblem[]
}

/** How a number of a file may be written among our accounts: itself, as IBAN, within its country, after its bank's code. */
export const formsOf = ({ number, bank }: AccountRef): string[] => {
  const compact = compactNumber(number)
  const whole = ibanOf(number) ?? ibanOfBelgian(compact)
  const forms = [compact, ...(whole === null ? [] : [whole, whole.slice(4)])]
  if (bank !== undefined) forms.push(compactNumber(bank) + compact)
  return [...new Set(forms.filter((form) => form !== ''))]
}

const isSame = (ref: AccountRef, { number }: FileAccount): boolean => {
  if (number === null || isMasked(number)) return false
  const known = compactNumber(number)
  const forms = formsOf(ref)
  return (
    forms.includes(known) ||
    forms.includes(ibanOfBelgian(known) ?? known) ||
    // of an IBAN, what follows the country and its check digits is the number within the country
    (isIban(known) && forms.includes(known.slice(4)))
  )
}

const digitsMin = 6

/** Some formats name an account by a word; what has few digits or hidden ones tells nothing. */
const isTelling = (number: string): boolean =>
  !isMasked(number) && number.replace(/\D/g, '').length >= digitsMin

/** Whether two numbers cannot be one account; a local number may be part of a longer one. */
const isOther = (ref: AccountRef, { number }: FileAccount): boolean => {
  if (number === null || !isTelling(number) || !isTelling(ref.number)) return false
  const [shown, known] = [compactNumber(ref.number), compactNumber(number)]
  if (isIban(shown) === isIban(known)) return shown !== known
  const [whole, part] = isIban(shown) ? [shown, known] : [known, shown]
  return !whole.includes(part.replace(/^0+/, ''))
}

const mismatch = (found: string, expected: string) =>
  problem('currency_mismatch', { what: 'statement', found: quoted(found), expected })

const isInCurrency = ({ currency }: Named, account: FileAccount): boolean =>
  currency === undefined || currency === account.currency

const accepted = (statement: Named, account: FileAccount): Assigned => ({
  account,
  isLeftOut: false,
  problems: isInCurrency(statement, account)
    ? []
    : [mismatch(statement.currency ?? '', account.currency)],
})

const unknown = ({ account }: Named): Assigned => ({
  account: null,
  isLeftOut: false,
  problems: [
    problem('account_unknown', {
      account: account === undefined ? 'none' : quoted(account.number),
    }),
  ],
})

const otherJournal = (account: FileAccount, ref: AccountRef, chosen: FileAccount): Assigned => ({
  account,
  isLeftOut: false,
  problems: [
    problem('account_other_journal', {
      account: quoted(ref.number),
      chosen: chosen.number ?? chosen.name,
    }),
  ],
})

/** What a person said about a number of the file; undefined where nobody was asked. */
const answerFor = ({ account }: Named, { accounts }: ImportOptions): string | null | undefined => {
  if (account === undefined) return undefined
  const number = compactNumber(account.number)
  return accounts?.find((answer) => compactNumber(answer.number) === number)?.accountId
}

/** The account of a statement, by what a person says, else by number and currency; problems say why there is none. */
export const assignAccount = (
  statement: Named,
  known: readonly FileAccount[],
  options: ImportOptions,
): Assigned => {
  const byId = (id: string | undefined) => known.find((account) => account.id === id)
  const answer = answerFor(statement, options)
  if (answer === null) return { account: null, isLeftOut: true, problems: [] }
  const answered = byId(answer)
  if (answered !== undefined) return accepted(statement, answered)
  const chosen = byId(options.accountId)
  const { account: ref } = statement
  const same = ref === undefined ? [] : known.filter((account) => isSame(ref, account))
  if (ref !== undefined && same.length > 0) return among(statement, { ref, same, chosen })
  if (chosen === undefined) return unknown(statement)
  return ref !== undefined && isOther(ref, chosen)
    ? otherJournal(chosen, ref, chosen)
    : accepted(statement, chosen)
}

/** One of the accounts that have the number: of several, the one in the currency of the statement. */
const among = (
  statement: Named,
  { ref, same, chosen }: { ref: AccountRef; same: FileAccount[]; chosen: FileAccount | undefined },
): Assigned => {
  if (chosen !== undefined && !same.includes(chosen))
    return otherJournal(same[0] ?? chosen, ref, chosen)
  const fitting = same.filter((account) => isInCurrency(statement, account))
  const account = chosen ?? (fitting.length === 1 ? fitting[0] : undefined)
  if (account !== undefined) return accepted(statement, account)
  const [first] = same
  return first !== undefined && fitting.length === 0
    ? accepted(statement, first)
    : unknown(statement)
}
