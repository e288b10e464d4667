import { describe, expect, test } from 'vitest'
import { file, line, parse, problemsOf, statement } from './document.ts'

const whole = file(statement({ lines: line('-1.00', '<FITID>A<NAME>x') + line('-2.00') }))

const errorsOf = (text: string) =>
  problemsOf(parse(text)).filter(({ severity }) => severity === 'error')

const status = (code: string, severity: string) =>
  `<STATUS><CODE>${code}<SEVERITY>${severity}<MESSAGE>Not &lt;now&gt;</STATUS>`

describe('OFX files that cannot be imported', () => {
  test('a file cut anywhere is refused as cut, and no half line is read', () => {
    const start = whole.indexOf('<OFX>') + 5
    const end = whole.indexOf('</OFX>') + 5
    for (let length = start; length <= end; length += 1) {
      const parsed = parse(whole.slice(0, length))
      expect(problemsOf(parsed).map(({ code }) => code)).toContain('truncated')
      for (const each of parsed.statements[0]?.lines ?? [])
        expect(['-1.00', '-2.00']).toContain(each.amount)
    }
  })

  test('a header alone is a file that ends too early', () => {
    expect(errorsOf('OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n')).toMatchObject([
      { code: 'truncated', params: { missing: '<OFX>' }, position: { line: 4, column: 1 } },
    ])
  })

  test('a document that begins before the one before has ended is cut', () => {
    const cut = whole.slice(0, whole.indexOf('</BANKTRANLIST>'))
    expect(errorsOf(cut + whole)).toMatchObject([{ code: 'truncated' }])
  })

  test('a document type or an entity is forbidden before anything is read', () => {
    const declared = '<!DOCTYPE OFX [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    const parsed = parse(`<?OFX OFXHEADER="200" VERSION="211"?>${declared}<OFX>&x;</OFX>`)
    expect(parsed.problems).toEqual([
      {
        code: 'forbidden_construct',
        severity: 'error',
        params: { what: 'doctype' },
        position: { line: 1, column: 38 },
      },
    ])
    expect(errorsOf(whole.replace('<BANKMSGSRSV1>', '<!entity y "z">'))).toMatchObject([
      { code: 'forbidden_construct', params: { what: 'entity' } },
    ])
  })

  test('a tag that never ends is refused at its start', () => {
    expect(errorsOf(`OFXHEADER:100\n\n<OFX><${'A'.repeat(1_000_000)}`)).toMatchObject([
      { code: 'malformed', params: { reason: 'tag' }, position: { line: 3, column: 6 } },
    ])
  })

  test.each(['300', '999'])('version %s is not known', (version) => {
    expect(errorsOf(whole.replace('102', version))).toMatchObject([
      { code: 'unsupported_version', params: { format: 'OFX', version } },
    ])
  })

  test('securities alone are refused, with lines of money among them', () => {
    const text = file(
      `<INVSTMTTRNRS><INVSTMTRS><CURDEF>USD<INVTRANLIST><INVBANKTRAN>${line('5.00')}` +
        '</INVBANKTRAN></INVTRANLIST></INVSTMTRS></INVSTMTTRNRS>',
    )
    expect(parse(text).statements).toEqual([])
    expect(errorsOf(text)).toMatchObject([{ code: 'investment_only', position: { line: 7 } }])
  })

  test('the answer of the bank to a request that failed is told', () => {
    const text = file(`<STMTTRNRS>${status('2000', 'ERROR')}</STMTTRNRS>`)
    expect(errorsOf(text)).toMatchObject([
      { code: 'bank_error', params: { status: '2000', text: 'Not <now>' } },
    ])
    const signOn = file(`<SONRS>${status('15500', 'ERROR')}</SONRS>`)
    expect(errorsOf(signOn)).toMatchObject([{ code: 'bank_error', params: { status: '15500' } }])
  })

  test('an error of the bank beside a statement concerns that statement alone', () => {
    const failed = statement({ lines: line('1.00') }).replace(
      '<STATUS><CODE>0<SEVERITY>INFO</STATUS>',
      status('2000', 'ERROR'),
    )
    const { statements, problems } = parse(file(failed + statement({ lines: line('2.00') })))
    expect(problems).toEqual([])
    expect(statements.map((each) => each.problems.map(({ code }) => code))).toEqual([
      ['bank_error'],
      [],
    ])
    const none = `<STMTTRNRS>${status('2000', 'ERROR')}</STMTTRNRS>`
    const beside = parse(file(none + statement({ lines: line('2.00') })))
    expect(beside.problems).toMatchObject([{ code: 'bank_error', severity: 'warning' }])
  })

  test('a remark of the bank refuses nothing', () => {
    const remark = statement({ lines: line('1.00') }).replace(
      '<STATUS><CODE>0<SEVERITY>INFO</STATUS>',
      status('1', 'INFO'),
    )
    expect(errorsOf(file(remark))).toEqual([])
  })

  test('a list of accounts is no statement', () => {
    const listed =
      '<ACCTINFO><BANKACCTINFO><BANKACCTFROM><BANKID>1<ACCTID>2<ACCTTYPE>SAVINGS</BANKACCTFROM>' +
      '</BANKACCTINFO></ACCTINFO>'
    const parsed = parse(file(listed))
    expect(errorsOf(file(listed))).toMatchObject([{ code: 'not_a_statement' }])
    expect(parsed.statements).toMatchObject([{ account: { number: '2' }, lineCount: 0 }])
  })

  test('an answer about anything else is no statement', () => {
    expect(errorsOf(file('<PROFTRNRS><PROFRS></PROFRS></PROFTRNRS>'))).toMatchObject([
      { code: 'not_a_statement' },
    ])
    expect(errorsOf(file('<DAMAGED></STMTTRNRS>'))).toMatchObject([
      { code: 'malformed', params: { reason: 'tag', text: '</STMTTRNRS>' } },
    ])
  })

  test('lines outside every statement are never lost in silence', () => {
    expect(errorsOf(file(line('1.00')))).toMatchObject([{ code: 'malformed' }])
    expect(errorsOf(whole.replace('<STMTRS>', '<STMTRX>'))).toMatchObject([{ code: 'malformed' }])
    expect(errorsOf(`${whole}${statement({ lines: line('1.00') })}`)).toMatchObject([
      { code: 'malformed', params: { reason: 'order' } },
    ])
  })
})
