/** A preview as a table with its problems, for people. */
import type { Language } from '../../locales/languages.ts'
import { answerTo } from './answers.ts'
import type { Preview, ShownProblem, ShownStatement } from './imports.ts'
import { kindOf, placeOf } from './text-report.ts'
import { counted, words } from './words.ts'

const statementsMax = 50
const samplesMax = 10

const period = ({ from, to }: ShownStatement): string =>
  from === null ? '' : `${from} … ${to ?? from}`

const cellsOf = (statement: ShownStatement, language: Language): string[] => {
  const { number, account, accountId, currency, lines, alreadyPresent, verdict } = statement
  return [
    String(number),
    `${account?.number ?? accountId ?? words[language].unknown} ${currency ?? ''}`.trimEnd(),
    period(statement),
    String(lines),
    String(lines - alreadyPresent),
    statement.sumIn,
    statement.sumOut,
    statement.opening?.amount ?? '',
    statement.closing?.amount ?? '',
    words[language][verdict],
  ]
}

const headingsOf = (language: Language): string[] => {
  const said = words[language]
  const { account, period: days, fresh, in: into, out, opening, closing, verdict } = said
  const [, lines = ''] = said.lines
  return ['#', account, days, lines, fresh, into, out, opening, closing, verdict]
}

/** Amounts and counts stand at the right of their columns. */
const rightAligned = new Set([0, 3, 4, 5, 6, 7, 8])

const tableOf = (rows: readonly string[][]): string => {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  const lineOf = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        rightAligned.has(column)
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return rows.map((row) => `${lineOf(row)}\n`).join('')
}

const problemText = (language: Language, told: ShownProblem, statement: string): string => {
  const said = words[language]
  const place = told.position === null ? '' : placeOf(language, told.position)
  const where = [statement, place].filter((part) => part !== '').join(', ')
  const answer = answerTo(told)
  return [
    `${said[told.severity]}${said.colon} ${told.message}${where === '' ? '' : ` (${where})`}\n`,
    answer === '' ? '' : `  ${said.answerWith} ${answer}\n`,
  ].join('')
}

/** The first rows of a CSV file as they stand, each above what was understood of it. */
const samplesText = ({ format, statements }: Preview): string =>
  format !== 'csv'
    ? ''
    : statements
        .flatMap(({ sample }) => sample)
        .slice(0, samplesMax)
        .map(({ raw, bookedOn, amount, currency, counterparty, text }) => {
          const understood = [bookedOn, `${amount} ${currency ?? ''}`.trimEnd(), counterparty, text]
          const told = understood.filter((word) => word !== null && word !== '')
          return `  ${raw ?? ''}\n    → ${told.join(' · ')}\n`
        })
        .join('')

/** Everything a person needs to decide: the statements, what would be added, what is wrong and how to answer it. */
export const previewText = (language: Language, preview: Preview): string => {
  const { format, formatVersion, encoding, problems, statements, totals } = preview
  const said = words[language]
  const shown = statements.slice(0, statementsMax)
  const rows = [headingsOf(language), ...shown.map((each) => cellsOf(each, language))]
  return [
    `${kindOf(language, { format, version: formatVersion, encoding })}\n`,
    shown.length === 0 ? '' : tableOf(rows),
    samplesText(preview),
    totals.statements > shown.length ? `… ${totals.statements - shown.length} +\n` : '',
    ...problems.map((each) => problemText(language, each, '')),
    ...shown.flatMap((each) =>
      each.problems.map((told) => problemText(language, told, `#${each.number}`)),
    ),
    `${counted(totals.lines, said.lines)}, ${totals.alreadyPresent} ${said.present}`,
    totals.possibleDuplicates === 0 ? '' : `, ${totals.possibleDuplicates} ${said.duplicates}`,
    '\n',
  ].join('')
}
