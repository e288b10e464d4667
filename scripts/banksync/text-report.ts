/** A readable account of a file: what it is, what it says, what is wrong and where. */
import type { Language } from '../../locales/languages.ts'
import { renderFileProblem } from '../../locales/render.ts'
import type { Checkpoint, Position } from '../../statement-files/parsed.ts'
import { isImportable, type Problem } from '../../statement-files/problem.ts'
import type { StatementSummary } from '../../statement-files/report.ts'
import { balanceOf } from '../../statement-files/verify.ts'
import type { FileReport, OpenReport } from './file-report.ts'
import { counted, words } from './words.ts'

interface Recognised {
  format: string | null
  version: string | null
  encoding: string | null
}

/** What a file is: `camt053 8, encoding utf-8`. */
export const kindOf = (language: Language, { format, version, encoding }: Recognised): string =>
  format === null
    ? words[language].noFormat
    : `${`${format} ${format === 'mixed' ? '' : (version ?? '')}`.trimEnd()}, ${words[language].encoding} ${encoding ?? ''}`

/** `line 3, column 14` or `record 7, positions 48–53`, in the reader's language. */
export const placeOf = (
  language: Language,
  { file, line, column, record, from, to }: Position,
): string => {
  const said = words[language]
  const parts = [
    file ?? '',
    line === undefined ? '' : `${said.line} ${line}`,
    column === undefined ? '' : `${said.column} ${column}`,
    record === undefined ? '' : `${said.record} ${record}`,
    from === undefined ? '' : `${said.positions} ${from}–${to ?? from}`,
  ]
  return parts.filter((part) => part !== '').join(', ')
}

const problemLine = (language: Language, { code, severity, params, position }: Problem): string => {
  const place = position === undefined ? '' : placeOf(language, position)
  const where = place === '' ? '' : ` (${place})`
  return `    ${words[language][severity]}${words[language].colon} ${renderFileProblem(language, code, params)}${where}\n`
}

const balanceText = (name: string, balance: Checkpoint | undefined): string =>
  balance === undefined
    ? ''
    : `${name} ${balance.amount}${balance.on === undefined ? '' : ` (${balance.on})`}`

/** What can be done with a statement, when also the file it stands in is looked at. */
const verdictOn = (language: Language, problems: readonly Problem[]): string => {
  const said = words[language]
  if (isImportable(problems)) return said.fine
  return problems.some(({ severity }) => severity === 'error') ? said.refused : said.waiting
}

const statementText = (
  language: Language,
  summary: StatementSummary,
  ofFile: readonly Problem[],
): string => {
  const said = words[language]
  const { account, currency = '', checkpoints, lineCount, firstOn, lastOn, member } = summary
  const facts = [
    member === undefined ? '' : `${member.file} (${member.format})`,
    `${said.account} ${account?.number ?? said.unknown} ${currency}`.trimEnd(),
    firstOn === undefined ? '' : `${said.period} ${firstOn} … ${lastOn ?? firstOn}`,
    counted(lineCount, said.lines),
    `${said.in} ${summary.sumIn}, ${said.out} ${summary.sumOut}, ${said.sum} ${summary.sum}`,
    balanceText(said.opening, balanceOf(checkpoints, 'opening')),
    balanceText(said.closing, balanceOf(checkpoints, 'closing')),
  ]
  const verdict = verdictOn(language, [...ofFile, ...summary.problems])
  const problems = summary.problems.map((each) => problemLine(language, each))
  return `  ${[...facts.filter((fact) => fact !== ''), verdict].join(' · ')}\n${problems.join('')}`
}

/** Begins the readable account of one file. */
export const openTextReport: OpenReport = ({ file, language }): FileReport => {
  const told: { statement: number; summary: StatementSummary }[] = []
  const problems: Problem[] = []
  const about: Recognised = { format: null, version: null, encoding: null }
  return {
    add(part) {
      if (part.kind === 'recognised') {
        about.format = part.format
        about.encoding = part.encoding
      }
      if (part.kind === 'version') about.version = part.version
      if (part.kind === 'problem') problems.push(part.problem)
      if (part.kind === 'statement') told.push({ statement: part.statement, summary: part.summary })
      return ''
    },
    end() {
      const statements = told.toSorted((one, other) => one.statement - other.statement)
      return [
        `${file}: ${kindOf(language, about)}\n`,
        ...problems.map((each) => problemLine(language, each)),
        ...statements.map(({ summary }) => statementText(language, summary, problems)),
      ].join('')
    },
    fail: ({ message }) => `${file}: ${message}\n`,
  }
}
