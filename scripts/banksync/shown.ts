/** Statements, lines and problems as the JSON of the command line shows them: money as text, what is absent as null. */
import type { Language } from '../../locales/languages.ts'
import { renderFileProblem } from '../../locales/render.ts'
import type { AccountRef, ParsedLine } from '../../statement-files/parsed.ts'
import type { Problem } from '../../statement-files/problem.ts'
import type { StatementSummary } from '../../statement-files/report.ts'
import { balanceOf } from '../../statement-files/verify.ts'

/** A line; what few formats have stands behind, and only where it is there. */
export const shownLine = (line: ParsedLine) => {
  const { bookedOn, valueOn, amount, currency, counterparty, counterpartyAccount, ...more } = line
  const { reference, text, position, ...further } = more
  return {
    bookedOn,
    valueOn: valueOn ?? null,
    amount,
    currency: currency ?? null,
    counterparty: counterparty ?? null,
    counterpartyAccount: counterpartyAccount ?? null,
    reference: reference ?? null,
    text,
    ...further,
    position,
  }
}

export const shownProblem = (
  { code, severity, params, position }: Problem,
  language: Language,
) => ({
  code,
  severity,
  position: position ?? null,
  message: renderFileProblem(language, code, params),
  params,
})

/** What stands before the lines of a statement. */
export const shownHead = ({ account, currency, checkpoints, member }: StatementSummary) => ({
  ...member,
  account: account?.number ?? null,
  currency: currency ?? null,
  opening: balanceOf(checkpoints, 'opening')?.amount ?? null,
  closing: balanceOf(checkpoints, 'closing')?.amount ?? null,
})

const shownTotals = ({ lineCount, sum, sumIn, sumOut, firstOn, lastOn }: StatementSummary) => ({
  lineCount,
  sum,
  sumIn,
  sumOut,
  firstOn: firstOn ?? null,
  lastOn: lastOn ?? null,
})

const shownOwner = ({ holder, bank, type }: Partial<AccountRef> = {}) => ({
  holder: holder ?? null,
  bank: bank ?? null,
  accountType: type ?? null,
})

/** What stands behind them. */
export const shownRest = (summary: StatementSummary, language: Language) => ({
  problems: summary.problems.map((each) => shownProblem(each, language)),
  ...shownTotals(summary),
  from: summary.from ?? null,
  to: summary.to ?? null,
  bankStatementId: summary.bankStatementId ?? null,
  isBankDuplicate: summary.isBankDuplicate ?? false,
  ...shownOwner(summary.account),
  checkpoints: summary.checkpoints,
})
