/** What holds for every file that anybody may send: the properties that fuzzing and the tests of hostile input look at. */
import type { ParsedFile, ParsedStatement } from '../../statement-files/collect.ts'
import { isCurrency } from '../../statement-files/currency.ts'
import { dayOfIso } from '../../statement-files/day.ts'
import { isSameAmount, sumOf } from '../../statement-files/decimal.ts'
import type { ParsedLine, Position } from '../../statement-files/parsed.ts'
import { isImportable, severities, type Problem } from '../../statement-files/problem.ts'
import { renderFileProblem } from '../../locales/render.ts'

const canonicalAmount = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/

const isMoney = (text: string): boolean =>
  canonicalAmount.test(text) && !(text.startsWith('-') && !/[1-9]/.test(text))

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && dayOfIso(text) === text

/** All problems of a file and of its statements. */
export const listProblems = (file: ParsedFile): Problem[] => [
  ...file.problems,
  ...file.statements.flatMap(({ problems }) => problems),
]

/** Whether nothing keeps the lines of a statement from being imported. */
export const isAccepted = (file: ParsedFile, statement: ParsedStatement): boolean =>
  isImportable([...file.problems, ...statement.problems])

const brokenPosition = (position: Position): string | null =>
  Object.entries(position).some(
    ([name, place]) => name !== 'file' && !(Number.isInteger(place) && Number(place) >= 1),
  )
    ? `a position is no place: ${JSON.stringify(position)}`
    : null

const brokenProblem = ({ code, severity, params, position }: Problem): string | null => {
  if (!(code in severities)) return `a problem is not in the list: ${code}`
  if (!['error', 'question', 'warning', 'notice'].includes(severity))
    return `a problem has no severity: ${code}`
  for (const value of Object.values(params))
    if (String(value).length > 200) return `a parameter of ${code} is long`
  if (/[{}]|""/.test(renderFileProblem('en', code, withoutSigns(params))))
    return `the sentence of ${code} lacks something`
  return position === undefined ? null : brokenPosition(position)
}

/** Braces and quotation marks of the file, and an empty field that is quoted, are no holes of the sentence. */
const withoutSigns = (params: Problem['params']) =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace(/[{}"]/g, '_') || '_' : value,
    ]),
  )

const brokenDays = ({ bookedOn, valueOn }: ParsedLine): string | null =>
  [bookedOn ?? undefined, valueOn].some((day) => day !== undefined && !isDay(day))
    ? 'a day is none of the calendar'
    : null

const brokenLine = (line: ParsedLine): string | null => {
  if (!isMoney(line.amount)) return 'an amount is not canonical'
  if (line.original !== undefined && !isMoney(line.original.amount))
    return 'an original amount is not canonical'
  if (line.details?.some(({ amount }) => amount !== undefined && !isMoney(amount)) === true)
    return 'the amount of a detail is not canonical'
  if (line.text.length > 10_000) return 'a text has no limit'
  return brokenDays(line) ?? brokenPosition(line.position)
}

const brokenSums = ({ lines, lineCount, sum, sumIn, sumOut }: ParsedStatement): string | null => {
  if (lineCount !== lines.length)
    return 'the count of lines is another than that of the lines given'
  if (!isSameAmount(sum, sumOf(...lines.map(({ amount }) => amount))))
    return 'the sum is not that of the lines'
  return isSameAmount(sum, sumOf(sumIn, sumOut)) ? null : 'in and out are not the sum'
}

const brokenDaySpan = ({ lines, firstOn, lastOn }: ParsedStatement): string | null => {
  const days = lines.flatMap(({ bookedOn }) => (bookedOn === null ? [] : [bookedOn])).toSorted()
  return days[0] === firstOn && days.at(-1) === lastOn ? null : 'first or last day is another'
}

const brokenCheckpoints = ({ checkpoints }: ParsedStatement): string | null =>
  checkpoints.some(({ amount, on }) => !isMoney(amount) || (on !== undefined && !isDay(on)))
    ? 'a balance or its day is not canonical'
    : null

/** What may be imported is whole: every line dated, its currency known, its figures adding up. */
const brokenAcceptance = ({ lines, currency, checkpoints, sum }: ParsedStatement) => {
  if (lines.some(({ bookedOn }) => bookedOn === null)) return 'a line without a day is accepted'
  if (currency !== undefined && !isCurrency(currency)) return 'an unknown currency is accepted'
  const stated = checkpoints.filter(({ origin }) => origin === 'stated')
  const opening = stated.find(({ kind }) => kind === 'opening')
  const closing = stated.find(({ kind }) => kind === 'closing')
  if (opening === undefined || closing === undefined) return null
  return isSameAmount(sumOf(opening.amount, sum), closing.amount)
    ? null
    : 'figures that do not add up are accepted'
}

const brokenStatement = (file: ParsedFile, statement: ParsedStatement): string | null => {
  for (const line of statement.lines) {
    const broken = brokenLine(line)
    if (broken !== null) return broken
  }
  return (
    brokenSums(statement) ??
    brokenDaySpan(statement) ??
    brokenCheckpoints(statement) ??
    (isAccepted(file, statement) ? brokenAcceptance(statement) : null)
  )
}

/** The first promise that a parsed file breaks; null where it keeps them all. */
export const brokenPromise = (file: ParsedFile): string | null => {
  for (const told of listProblems(file)) {
    const broken = brokenProblem(told)
    if (broken !== null) return broken
  }
  for (const statement of file.statements) {
    const broken = brokenStatement(file, statement)
    if (broken !== null) return broken
  }
  if (file.format === null && file.problems.length === 0) return 'no format and no reason for it'
  return null
}
