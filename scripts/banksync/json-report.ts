/** One JSON document for a file, written while the file is read: a large one needs little more memory than itself. */
import type { Problem } from '../../statement-files/problem.ts'
import type { StatementSummary } from '../../statement-files/report.ts'
import type { FileReport, OpenReport, ReportOptions, Unread } from './file-report.ts'
import { shownHead, shownLine, shownProblem, shownRest } from './shown.ts'

/** Characters of lines that wait for their statement's account and balances, which then stand before them. */
const waitingMax = 1_000_000

interface Told {
  /** JSON of lines that are not written yet. */
  lines: string[]
  /** Null while the statement is read. */
  summary: StatementSummary | null
  /** Its first lines are written. */
  isBegun: boolean
}

const inner = (value: object): string => JSON.stringify(value).slice(1, -1)

const documentOf = (file: string, { code, message }: Unread): string => {
  const problems = [{ code, severity: 'error', position: null, message, params: {} }]
  return `${JSON.stringify({ file, format: null, encoding: null, statements: [], problems })}\n`
}

/** The statements of a document in their order; lines of a later one wait until the earlier ones are written. */
const createStatements = ({ language }: ReportOptions) => {
  const told = new Map<number, Told>()
  let front = 0

  const of = (statement: number): Told => {
    const known = told.get(statement) ?? { lines: [], summary: null, isBegun: false }
    told.set(statement, known)
    return known
  }
  const written = (statement: Told): string => {
    const { summary, isBegun, lines } = statement
    const more = lines.join(',')
    statement.lines = []
    if (summary === null) {
      if (more === '') return ''
      statement.isBegun = true
      return isBegun ? `,${more}` : `${front > 0 ? ',' : ''}{"lines":[${more}`
    }
    const [head, rest] = [inner(shownHead(summary)), inner(shownRest(summary, language))]
    if (isBegun) return `${more === '' ? '' : ','}${more}],${head},${rest}}`
    return `${front > 0 ? ',' : ''}{${head},"lines":[${more}],${rest}}`
  }
  return {
    of,
    /** Everything that can be written now. */
    take(): string {
      let text = ''
      for (let next = told.get(front); next !== undefined; next = told.get(front)) {
        text += written(next)
        if (next.summary === null) break
        told.delete(front)
        front += 1
      }
      return text
    },
  }
}

/** Begins the document of one file. */
export const openJsonReport: OpenReport = (options): FileReport => {
  const { file, language } = options
  const about: { format: string | null; encoding: string | null } = { format: null, encoding: null }
  const further: { formatVersion: string | null; layout: object | null } = {
    formatVersion: null,
    layout: null,
  }
  const problems: Problem[] = []
  const statements = createStatements(options)
  let waiting = 0
  let isBegun = false

  const written = (): string => {
    const head = isBegun ? '' : `{${inner({ file, ...about })},"statements":[`
    isBegun = true
    waiting = 0
    return head + statements.take()
  }
  return {
    add(part) {
      switch (part.kind) {
        case 'looked':
          break
        case 'recognised':
          about.format = part.format
          about.encoding = part.encoding
          break
        case 'version':
          further.formatVersion = part.version
          break
        case 'layout':
          further.layout = part.layout
          break
        case 'problem':
          problems.push(part.problem)
          break
        case 'statement':
          statements.of(part.statement).summary = part.summary
          break
        case 'lines': {
          const text = part.lines.map((line) => JSON.stringify(shownLine(line))).join(',')
          statements.of(part.statement).lines.push(text)
          waiting += text.length
        }
      }
      if (waiting < waitingMax) return ''
      return written()
    },
    end() {
      const shown = problems.map((each) => shownProblem(each, language))
      return `${written()}],${inner({ problems: shown, ...further })}}\n`
    },
    // a document that is begun cannot be taken back: its line ends unfinished
    fail: (unread) => (isBegun ? '\n' : documentOf(file, unread)),
  }
}
