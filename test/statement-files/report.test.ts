import { describe, expect, test } from 'vitest'
import { limits } from '../../statement-files/limits.ts'
import type { OpenStatement, Output } from '../../statement-files/output.ts'
import type { ParsedLine } from '../../statement-files/parsed.ts'
import { asWarning, isImportable, problem, quoted } from '../../statement-files/problem.ts'
import { createReport, type Part, type StatementSummary } from '../../statement-files/report.ts'

const lineOf = (amount: string, more: Partial<ParsedLine> = {}): ParsedLine => ({
  bookedOn: '2026-01-31',
  amount,
  currency: 'EUR',
  text: 'coffee',
  position: { line: 1 },
  ...more,
})

const told = (say: (output: Output) => void): Part[] => {
  const report = createReport()
  say(report.output)
  report.finish()
  return report.take()
}

const summaryOf = (parts: readonly Part[]): StatementSummary => {
  const [summary] = parts.flatMap((part) => (part.kind === 'statement' ? [part.summary] : []))
  if (summary === undefined) throw new Error('no statement was told')
  return summary
}

const linesOf = (parts: readonly Part[]) =>
  parts.flatMap((part) => (part.kind === 'lines' ? part.lines : []))

/** One statement, filled in by `fill`. */
const statement = (fill: (opened: OpenStatement) => void): Part[] =>
  told((output) => {
    const opened = output.open()
    fill(opened)
    opened.close()
  })

const codesOf = (parts: readonly Part[]) => summaryOf(parts).problems.map(({ code }) => code)

describe('the sums of a statement', () => {
  test('are exact, by side, with the first and the last day', () => {
    const parts = statement(({ line }) => {
      line(lineOf('0.10', { bookedOn: '2026-02-01' }))
      line(lineOf('0.20', { bookedOn: '2026-01-05' }))
      line(lineOf('-0.30', { bookedOn: null }))
    })
    expect(summaryOf(parts)).toMatchObject({
      lineCount: 3,
      sum: '0.00',
      sumIn: '0.30',
      sumOut: '-0.30',
      firstOn: '2026-01-05',
      lastOn: '2026-02-01',
    })
  })

  test('an amount is given with the decimals of its currency', () => {
    const parts = statement(({ head, line }) => {
      head.currency = 'JPY'
      line(lineOf('12.000', { currency: 'JPY' }))
      line(lineOf('5', { currency: 'EUR' }))
      line(lineOf('1.5', { currency: 'KWD' }))
    })
    expect(linesOf(parts).map(({ amount }) => amount)).toEqual(['12', '5.00', '1.500'])
  })

  test('a line without currency has that of its statement', () => {
    const parts = statement(({ head, line }) => {
      head.currency = 'EUR'
      const { currency: _, ...bare } = lineOf('1.00')
      line(bare)
    })
    expect(linesOf(parts)[0]?.currency).toBe('EUR')
  })

  test('digits beyond the currency refuse the statement only where they are not zero', () => {
    expect(codesOf(statement(({ line }) => line(lineOf('1.000'))))).toEqual([])
    const parts = statement(({ line }) => line(lineOf('1.005')))
    expect(summaryOf(parts).problems).toMatchObject([
      { code: 'bad_amount', params: { text: '1.005', currency: 'EUR' }, position: { line: 1 } },
    ])
    expect(summaryOf(parts).sum).toBe('1.005')
  })

  test('an amount of any length is refused before it is added', () => {
    const parts = statement(({ line }) => {
      line(lineOf(`0.${'1'.repeat(1_000_000)}`))
      line(lineOf('1.00'))
    })
    expect(codesOf(parts)).toEqual(['bad_amount'])
    expect(summaryOf(parts)).toMatchObject({ sum: '1.00', lineCount: 1 })
  })
})

describe('the balances of a statement', () => {
  const balanced = (closing: string, origin: 'stated' | 'computed' = 'stated') =>
    statement(({ head, line }) => {
      head.checkpoints.push({ kind: 'opening', amount: '100.00', origin: 'stated' })
      head.checkpoints.push({ kind: 'closing', amount: closing, origin, position: { line: 9 } })
      line(lineOf('20.25'))
    })

  test('opening and lines make the closing balance', () => {
    expect(codesOf(balanced('120.25'))).toEqual([])
    expect(codesOf(balanced('120.250'))).toEqual([])
  })

  test('a difference is told with all its figures and where it stands', () => {
    expect(summaryOf(balanced('121.25')).problems).toEqual([
      {
        code: 'balance_mismatch',
        severity: 'error',
        params: {
          opening: '100.00',
          sum: '20.25',
          reached: '120.25',
          closing: '121.25',
          difference: '1.00',
        },
        position: { line: 9 },
      },
    ])
  })

  test('a balance that was computed from the lines proves nothing about them', () => {
    expect(codesOf(balanced('999.00', 'computed'))).toEqual([])
  })

  test('a statement with one balance only is not refused for it', () => {
    const parts = statement(({ head, line }) => {
      head.checkpoints.push({ kind: 'opening', amount: '1.00', origin: 'stated' })
      line(lineOf('5.00'))
    })
    expect(codesOf(parts)).toEqual([])
  })
})

describe('what is told of a statement', () => {
  test('a statement without lines has nothing to import', () => {
    expect(codesOf(statement(() => {}))).toEqual(['nothing_to_import'])
  })

  test('a currency that is none refuses the statement', () => {
    const parts = statement(({ head, line }) => {
      head.currency = 'EURO'
      line(lineOf('1.00'))
    })
    expect(codesOf(parts)).toEqual(['unknown_currency'])
  })

  test('a reference that stands on two lines is told, and both lines stay', () => {
    const parts = statement(({ line }) => {
      line(lineOf('1.00', { bankReference: 'A' }))
      line(lineOf('2.00', { bankReference: 'B' }))
      line(lineOf('3.00', { bankReference: 'A', position: { line: 3 } }))
    })
    expect(summaryOf(parts).problems).toMatchObject([
      { code: 'reference_reused', params: { reference: 'A' }, position: { line: 3 } },
    ])
    expect(linesOf(parts)).toHaveLength(3)
  })

  test('one sentence is told twenty times at most, and never at the cost of an error', () => {
    const parts = statement((opened) => {
      opened.line(lineOf('1.00'))
      for (let row = 1; row <= 50; row += 1)
        opened.problem(asWarning(problem('malformed', { reason: 'account' }, { line: row })))
      opened.problem(problem('malformed', { reason: 'sign' }, { line: 51 }))
    })
    const { problems } = summaryOf(parts)
    expect(problems).toHaveLength(limits.sameProblem + 1)
    expect(isImportable(problems)).toBe(false)
  })

  test('texts of any length are cut to their limits', () => {
    const long = 'x'.repeat(50_000)
    const parts = statement(({ head, line }) => {
      head.account = { number: long, holder: long, bank: long, type: long }
      head.bankStatementId = long
      line(lineOf('1.00', { text: long, raw: long, counterparty: long, bankReference: long }))
    })
    const [line] = linesOf(parts)
    for (const text of [line?.text, line?.raw]) expect(text).toHaveLength(limits.text)
    for (const text of [line?.counterparty, line?.bankReference])
      expect(text).toHaveLength(limits.field)
    const { account = { number: '' }, bankStatementId } = summaryOf(parts)
    for (const text of [...Object.values(account), bankStatementId])
      expect(text).toHaveLength(limits.field)
  })

  test('texts of a part of a line are cut as those of the line are', () => {
    const long = 'x'.repeat(50_000)
    const parts = statement(({ line }) => {
      line(lineOf('1.00', { details: [{ amount: '1', text: long, counterparty: long }] }))
    })
    const [part] = linesOf(parts)[0]?.details ?? []
    expect(part).toMatchObject({ amount: '1' })
    expect(part?.text).toHaveLength(limits.text)
    expect(part?.counterparty).toHaveLength(limits.field)
  })

  test('a statement that its parser left open is closed at the end, once', () => {
    const parts = told((output) => {
      output.open().line(lineOf('1.00'))
    })
    expect(summaryOf(parts).lineCount).toBe(1)
    const twice = statement(({ close }) => close())
    expect(twice.filter(({ kind }) => kind === 'statement')).toHaveLength(1)
  })

  test('lines of two open statements stay apart', () => {
    const parts = told((output) => {
      const [one, other] = [output.open(), output.open()]
      one.line(lineOf('1.00'))
      other.line(lineOf('2.00'))
      one.line(lineOf('3.00'))
    })
    const sums = parts.flatMap((part) => (part.kind === 'statement' ? [part.summary.sum] : []))
    expect(sums).toEqual(['4.00', '2.00'])
    expect(linesOf(parts)).toHaveLength(3)
  })
})

describe('what is told of a file', () => {
  test('more lines than the limit refuse the file by name', () => {
    const parts = told((output) => {
      const { line } = output.open()
      const one = lineOf('1.00')
      for (let count = 0; count <= limits.lines; count += 1) line(one)
      expect(output.isRefused()).toBe(true)
    })
    expect(parts).toContainEqual({
      kind: 'problem',
      problem: problem('too_large', { what: 'lines', limit: limits.lines }),
    })
  })

  test('more statements than the limit refuse the file by name', () => {
    const parts = told((output) => {
      for (let count = 0; count <= limits.statements; count += 1) output.open().close()
      expect(output.isRefused()).toBe(true)
    })
    expect(parts).toContainEqual({
      kind: 'problem',
      problem: problem('too_large', { what: 'statements', limit: limits.statements }),
    })
  })

  test('only the first reason why nothing can be read is told', () => {
    const parts = told((output) => {
      output.refuse(problem('forbidden_construct', { what: 'doctype' }))
      output.refuse(problem('malformed', { reason: 'xml' }))
    })
    expect(parts).toMatchObject([{ kind: 'problem', problem: { code: 'forbidden_construct' } }])
  })
})

test('a quotation is short and has no control characters', () => {
  expect(quoted('12..34')).toBe('12..34')
  expect(quoted('a\0b\r\nc\u202ed')).toBe('a b c d')
  expect(quoted('x'.repeat(1_000_000))).toHaveLength(60)
})
