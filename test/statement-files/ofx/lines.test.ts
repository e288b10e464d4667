import { describe, expect, test } from 'vitest'
import { codesOf, file, line, linesOf, parse, problemsOf, statement } from './document.ts'

describe('lines of OFX files', () => {
  test.each([
    ['20240131', '2024-01-31'],
    ['20240131235959', '2024-01-31'],
    ['20240131233000.000[-8:PST]', '2024-01-31'],
    ['20240201003000[+9:JST]', '2024-02-01'],
    ['202402010030 ', '2024-02-01'],
    ['2024-02-01', '2024-02-01'],
    ['2024-02-01T00:30:00+09:00', '2024-02-01'],
  ])('%s is the day as written, whatever time and zone follow', (text, day) => {
    expect(linesOf(line('1.00', '', text))[0]?.bookedOn).toBe(day)
  })

  test.each(['00000000', '22/06/2025', '20240230', '22062025', '2024013', '2024-02-30', 'today'])(
    'the booking day %s is refused in its own words',
    (text) => {
      const parsed = parse(file(statement({ lines: line('1.00', '', text) })))
      expect(problemsOf(parsed)).toMatchObject([
        { code: 'bad_date', severity: 'error', params: { text, what: 'booking' } },
      ])
      expect(parsed.statements[0]?.lines).toMatchObject([{ bookedOn: null, amount: '1.00' }])
    },
  )

  test('a line without booking day is an error, the line is still shown', () => {
    const lines = '<STMTTRN><TRNAMT>1.00<FITID>A</STMTTRN>'
    const [told] = problemsOf(parse(file(statement({ lines }))))
    expect(told).toMatchObject({
      code: 'malformed',
      params: { reason: 'missing', text: 'DTPOSTED' },
    })
    expect(linesOf(lines)).toMatchObject([{ bookedOn: null, bankReference: 'A' }])
  })

  test('the day on which money is available is the value day; an unreadable one only warns', () => {
    expect(linesOf(line('1.00', '<DTAVAIL>20240112'))[0]?.valueOn).toBe('2024-01-12')
    const told = problemsOf(parse(file(statement({ lines: line('1.00', '<DTAVAIL>0') }))))
    expect(told).toMatchObject([{ code: 'bad_date', severity: 'warning' }])
  })

  test('everything that identifies a line is kept as the bank gave it', () => {
    const [found] = linesOf(
      line('-1.00', '<FITID>F 1<CHECKNUM>0012<NAME>Shop<MEMO>Card 1234').replace('OTHER', 'POS'),
    )
    expect(found).toMatchObject({
      bankReference: 'F 1',
      chequeNumber: '0012',
      typeCode: 'POS',
      counterparty: 'Shop',
      text: 'Shop Card 1234',
    })
  })

  test('empty leaves are absent', () => {
    const [found] = linesOf(line('-1.00', '<FITID><CHECKNUM></CHECKNUM><NAME>\n<MEMO/>'))
    expect(found).toEqual({
      bookedOn: '2024-01-10',
      amount: '-1.00',
      currency: 'EUR',
      text: '',
      typeCode: 'OTHER',
      position: { line: 7, column: expect.any(Number) },
    })
  })

  test.each([
    ['<NAME>Rent<MEMO>Rent', 'Rent'],
    [
      '<NAME>Payment of the rent for Ja<MEMO>Payment of the rent for January',
      'Payment of the rent for January',
    ],
    ['<NAME>Rent January<MEMO>January', 'Rent January'],
    ['<NAME>A<NAME2>B<MEMO>C', 'A B C'],
    ['<MEMO>first<MEMO>second', 'first second'],
    ['<MEMO>over\r\n two   lines', 'over two lines'],
  ])('%s says nothing twice', (leaves, text) => {
    expect(linesOf(line('1.00', leaves))[0]?.text).toBe(text)
  })

  test('a payee may be an element with a name or bare text, and lack its end tag', () => {
    const named = '<PAYEE><NAME>Ann<ADDR1>Street 1<CITY>Ghent</PAYEE><MEMO>m'
    expect(linesOf(line('1.00', named))[0]).toMatchObject({ counterparty: 'Ann', text: 'Ann m' })
    expect(linesOf(line('1.00', '<PAYEE>Ann</PAYEE>'))[0]?.counterparty).toBe('Ann')
    const open = '<PAYEE><NAME>Ann<CITY>Ghent<MEMO>m'
    expect(linesOf(line('1.00', open))[0]).toMatchObject({ counterparty: 'Ann', text: 'Ann m' })
  })

  test('a cheque number of zeros is none', () => {
    expect(linesOf(line('1.00', '<CHECKNUM>000'))[0]).not.toHaveProperty('chequeNumber')
  })

  test('a loan beside a statement is left out and told', () => {
    const loan =
      '<LOANSTMTTRNRS><LOANSTMTRS><CURDEF>EUR<LOANACCTFROM><LOANACCTID>9</LOANACCTFROM>' +
      '<LOANTRANLIST><LOANSTMTTRN><DTPOSTED>20240101</LOANSTMTTRN></LOANTRANLIST></LOANSTMTRS></LOANSTMTTRNRS>'
    const parsed = parse(file(statement({ lines: line('1.00') }) + loan))
    expect(problemsOf(parsed)).toMatchObject([
      { code: 'unknown_field', severity: 'warning', params: { text: 'LOANSTMTRS' } },
    ])
    expect(parsed.statements).toMatchObject([{ lineCount: 1 }])
  })

  test('a long name stands for a missing name, and is text beside one', () => {
    const longName = '<EXTDNAME>Ann and Sons Limited'
    expect(linesOf(line('1.00', longName))[0]).toMatchObject({
      counterparty: 'Ann and Sons Limited',
      text: 'Ann and Sons Limited',
    })
    expect(linesOf(line('1.00', `<NAME>Ann and${longName}<MEMO>x`))[0]).toMatchObject({
      counterparty: 'Ann and',
      text: 'Ann and Sons Limited x',
    })
  })

  test('an inner element of one line says nothing about the next', () => {
    const [, second] = linesOf(
      line('1.00', '<PAYEE><NAME>Ann</PAYEE><BANKACCTTO><ACCTID>123</BANKACCTTO>') + line('2.00'),
    )
    expect(second).not.toHaveProperty('counterparty')
    expect(second).not.toHaveProperty('counterpartyAccount')
  })

  test('the other account is an IBAN where it is one, else as written', () => {
    const other = (leaves: string) => linesOf(line('1.00', `<BANKACCTTO>${leaves}</BANKACCTTO>`))[0]
    expect(other('<BANKID>KREDBEBB<ACCTID>be68 5390 0754 7034')).toMatchObject({
      counterpartyAccount: 'BE68539007547034',
      counterpartyBic: 'KREDBEBB',
    })
    expect(other('<BANKID>1<ACCTID>00-12')).toMatchObject({ counterpartyAccount: '00-12' })
  })

  test('a Belgian structured reference in the text is recognised by its check digits', () => {
    expect(linesOf(line('1.00', '<MEMO>+++090/9337/55493+++'))[0]).toMatchObject({
      reference: '090933755493',
      referenceType: 'belgian',
    })
    expect(linesOf(line('1.00', '<MEMO>+++090/9337/55494+++'))[0]).not.toHaveProperty('reference')
  })

  test('what was paid in another currency is told with its rate', () => {
    const original = '<ORIGCURRENCY><CURRATE>0.8<CURSYM>USD</ORIGCURRENCY>'
    expect(linesOf(line('-8.00', original))[0]).toMatchObject({
      amount: '-8.00',
      currency: 'EUR',
      original: { amount: '-10.00', currency: 'USD', rate: '0.8' },
    })
    const without = '<ORIGCURRENCY><CURRATE>0<CURSYM>USD</ORIGCURRENCY>'
    expect(linesOf(line('-8.00', without))[0]).not.toHaveProperty('original')
  })

  test('a line whose amount is in another currency than its account is refused', () => {
    const foreign = line('-8.00', '<CURRENCY><CURRATE>0.9<CURSYM>USD</CURRENCY>')
    expect(codesOf(foreign)).toEqual(['currency_mismatch'])
    expect(codesOf(line('-8.00', '<CURRENCY><CURRATE>1.0<CURSYM>EUR</CURRENCY>'))).toEqual([])
  })

  test.each([
    ['REPLACE', 'replace'],
    ['DELETE', 'delete'],
  ])('CORRECTACTION %s names the line that it concerns', (word, action) => {
    const corrected = `<FITID>2<CORRECTFITID>1<CORRECTACTION>${word}`
    const parsed = parse(file(statement({ lines: line('1.00', corrected) })))
    expect(parsed.statements[0]?.lines[0]?.correction).toEqual({ action, bankReference: '1' })
    expect(problemsOf(parsed)).toMatchObject([
      { code: 'correction', severity: 'warning', params: { action, reference: '1' } },
    ])
  })

  test('the first lines carry their record as written', () => {
    const lines = line('1.00', '<MEMO>a &amp; b') + line('2.00') + line('3.00')
    const [first, second, third] = parse(file(statement({ lines })), 2).statements[0]?.lines ?? []
    expect(first?.raw).toBe(line('1.00', '<MEMO>a &amp; b'))
    expect(second?.raw).toBe(line('2.00'))
    expect(third).not.toHaveProperty('raw')
  })

  test('a line that lost its start or its end is never lost in silence', () => {
    const whole = line('1.00') + line('2.00')
    expect(codesOf(whole.replace('<STMTTRN>', 'STMTTRN>'))).toContain('malformed')
    expect(codesOf(whole.replace('<STMTTRN>', '<STMTTRM>'))).toContain('malformed')
    expect(codesOf(whole.replace('</STMTTRN><STMTTRN>', ''))).toContain('malformed')
    const open = whole.replaceAll('</STMTTRN>', '')
    expect(codesOf(open.replace('<STMTTRN>', ''))).toContain('malformed')
    expect(linesOf(open).map(({ amount }) => amount)).toEqual(['1.00', '2.00'])
  })

  test('pending lines and investments beside a statement are left out and counted', () => {
    const pending = '<STMTTRNP><TRNTYPE>POS<TRNAMT>-9.00<NAME>x</STMTTRNP>'
    const told = problemsOf(
      parse(
        file(
          statement({ lines: line('1.00') + pending }) +
            '<INVSTMTTRNRS><INVSTMTRS><INVTRANLIST><INVBANKTRAN><STMTTRN><TRNAMT>1</STMTTRN>' +
            '</INVBANKTRAN></INVTRANLIST></INVSTMTRS></INVSTMTTRNRS>',
        ),
      ),
    )
    expect(told).toMatchObject([
      { code: 'rows_skipped', params: { n: 1, reason: 'investment' } },
      { code: 'rows_skipped', params: { n: 1, reason: 'pending' } },
    ])
  })
})
