import type { ParsedFile, ParsedStatement } from '../../../statement-files/collect.ts'
import { isSameAmount } from '../../../statement-files/decimal.ts'
import type { Problem } from '../../../statement-files/problem.ts'
import { isInvestment, isRefusal, isShapeOnly, type Expected } from './expected.ts'

const isDecimal = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text)

const sameAmount = (expected: string, ours: string | undefined): boolean =>
  ours !== undefined && isDecimal(expected) && isSameAmount(expected, ours)

const compact = (account: string): string => account.replace(/[\s.-]/g, '').toUpperCase()

/** OFX: a bank's number may stand before the account's; CODA: the Belgian number stands at the end of its IBAN. */
const sameAccount = (expected: string, ours: string | undefined): boolean => {
  if (ours === undefined) return false
  const last = expected.split(/\s+/).at(-1) ?? ''
  return compact(ours) === compact(expected) || compact(ours).endsWith(compact(last))
}

const balanceOf = (statement: ParsedStatement, kind: 'opening' | 'closing') => {
  const all = statement.checkpoints.filter((each) => each.kind === kind)
  return (all.find(({ origin }) => origin === 'stated') ?? all[0])?.amount
}

/** Day, month and two digits of the year, in any order: some days stand in the table as the file writes them. */
const numbersOf = (day: string): string =>
  (day.match(/\d+/g) ?? [])
    .slice(0, 3)
    .map((digits) => Number(digits) % 100)
    .toSorted((one, other) => one - other)
    .join(' ')

const sameDay = (expected: string, { firstOn, lines }: ParsedStatement): boolean => {
  if (!/^\d{4}-\d\d-\d\d$/.test(expected))
    return numbersOf(expected) === numbersOf(lines[0]?.bookedOn ?? '')
  return lines[0]?.bookedOn === expected || firstOn === expected
}

const currencyOf = ({ currency, lines }: ParsedStatement) => currency ?? lines[0]?.currency

type Cell = 'account' | 'currency' | 'opening' | 'closing' | 'lines' | 'sum' | 'firstOn'

/** Whether a cell of the table and the statement say the same. */
const agrees: Readonly<Record<Cell, (cell: string, statement: ParsedStatement) => boolean>> = {
  account: (cell, { account }) => sameAccount(cell, account?.number),
  currency: (cell, statement) => currencyOf(statement) === cell,
  opening: (cell, statement) => sameAmount(cell, balanceOf(statement, 'opening')),
  closing: (cell, statement) => sameAmount(cell, balanceOf(statement, 'closing')),
  lines: (cell, { lines, lineCount }) =>
    lines.length === Number(cell) && lineCount === Number(cell),
  sum: (cell, { sum }) => sameAmount(cell, sum),
  firstOn: sameDay,
}
const cells: readonly Cell[] = [
  'account',
  'currency',
  'opening',
  'closing',
  'lines',
  'sum',
  'firstOn',
]

/** The cells of a row that a parsed statement does not agree with; in QIF the account is the kind of section. */
const differingCells = (row: Expected, statement: ParsedStatement): string[] =>
  cells
    .filter((cell) => row[cell] !== '' && !(cell === 'account' && row.format === 'qif'))
    .filter((cell) => !agrees[cell](row[cell], statement))

const has = (problems: readonly Problem[], code: Problem['code']): boolean =>
  problems.some((each) => each.code === code)

/** What the note says of the figures of a statement, and the statement does not. */
const differingVerdict = (row: Expected, { problems }: ParsedStatement): string[] => {
  if (row.format !== 'coda' && row.format !== 'camt053') return []
  const wanted = [
    ['balance_mismatch', /NOT balanced/.test(row.note), /(^|[^T] )balanced/.test(row.note)],
    ['control_total_mismatch', /trailer BAD \(/.test(row.note), /trailer ok/.test(row.note)],
  ] as const
  return wanted.flatMap(([code, isWanted, isUnwanted]) => {
    if (isWanted && !has(problems, code)) return [`no ${code}`]
    return isUnwanted && has(problems, code) ? [`unexpected ${code}`] : []
  })
}

/** All problems of a file and of its statements. */
export const listProblems = (file: ParsedFile): Problem[] => [
  ...file.problems,
  ...file.statements.flatMap(({ problems }) => problems),
]

const errorsOf = (file: ParsedFile): Problem[] =>
  listProblems(file).filter(({ severity }) => severity === 'error')

const compareRefusal = (row: Expected, file: ParsedFile): string[] => {
  if (errorsOf(file).length > 0) return []
  const mayBeEmpty = /nothing to import|reported as empty|0 lines|peers agree/.test(
    `${row.basis}; ${row.note}`,
  )
  const isEmpty = file.statements.every(({ lines }) => lines.length === 0)
  return mayBeEmpty && isEmpty ? [] : ['not refused']
}

const compareShape = (row: Expected, file: ParsedFile): string[] => {
  const [, rows = '', sign = ''] =
    /rows incl\. header: (\d+); delimiter '(.*)'/.exec(row.note) ?? []
  const delimiter = sign === '\\t' ? '\t' : sign
  const lineCount = file.statements.reduce((count, { lines }) => count + lines.length, 0)
  return [
    ...(file.format === 'csv' ? [] : ['format']),
    ...(file.layout === undefined || file.layout.delimiter === delimiter ? [] : ['delimiter']),
    ...(lineCount <= Number(rows) ? [] : ['lines']),
  ]
}

interface Choice {
  statement: ParsedStatement
  index: number
  cells: string[]
}

/** The statement that agrees best with a row among those that come after the one before. */
const choose = (row: Expected, statements: readonly ParsedStatement[], from: number) => {
  let best: Choice | undefined
  for (const [index, statement] of statements.entries()) {
    if (index < from) continue
    const differing = [...differingCells(row, statement), ...differingVerdict(row, statement)]
    if (best === undefined || differing.length < best.cells.length)
      best = { statement, index, cells: differing }
  }
  return best
}

/** What differs between a row and the statements of a file, by name of cell or problem; never a value. */
export interface Comparison {
  row: Expected
  differences: string[]
}

const compareStatements = (rows: readonly Expected[], file: ParsedFile): Comparison[] => {
  let from = 0
  const statements = file.statements.filter(
    ({ lines, checkpoints, account }) =>
      lines.length > 0 || checkpoints.length > 0 || account !== undefined,
  )
  return rows.map((row) => {
    const best = choose(row, statements, from)
    // an account or a section without anything needs no statement of ours
    if (best === undefined)
      return { row, differences: row.lines === '0' && row.closing === '' ? [] : ['no statement'] }
    from = best.index + 1
    return { row, differences: best.cells }
  })
}

const compareInvestment = (row: Expected, file: ParsedFile): string[] => {
  const ofIt = file.statements.filter(
    ({ account, lines }) => lines.length > 0 && sameAccount(row.account, account?.number),
  )
  return row.format === 'ofx' && ofIt.length > 0 ? ['lines of securities'] : []
}

/** Compares a parsed file with all rows of its table: values first, verdicts second. */
export const compareFile = (rows: readonly Expected[], file: ParsedFile): Comparison[] => {
  const special = rows.filter((row) => isRefusal(row) || isInvestment(row) || isShapeOnly(row))
  const compareSpecial = (row: Expected): string[] => {
    if (isShapeOnly(row)) return compareShape(row, file)
    return isInvestment(row) ? compareInvestment(row, file) : compareRefusal(row, file)
  }
  return [
    ...special.map((row) => ({ row, differences: compareSpecial(row) })),
    ...compareStatements(
      rows.filter((row) => !special.includes(row)),
      file,
    ),
  ]
}
