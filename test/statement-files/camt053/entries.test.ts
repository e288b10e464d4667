import { expect, test } from 'vitest'
import { amount, codesOf, entry, line, parsed, tag } from './message.ts'

const debit = tag('CdtDbtInd', 'DBIT')

test('the direction alone decides the sign, also of a reversal', () => {
  expect(line(entry({ direction: debit })).amount).toBe('-5.00')
  expect(line(entry({ direction: `${debit}<RvslInd>true</RvslInd>` })).amount).toBe('-5.00')
  expect(line(entry({ more: '<RvslInd>true</RvslInd>' })).amount).toBe('5.00')
})

test.each([
  ['plain', tag('Sts', 'BOOK')],
  ['as a code', '<Sts><Cd>BOOK</Cd></Sts>'],
  ['as a code of the bank', '<Sts>\n<Prtry>BOOK</Prtry>\n</Sts>'],
  ['left away', ''],
  ['empty', '<Sts/>'],
])('an entry is booked where its status is %s', (_, status) => {
  expect(parsed(entry({ status })).lineCount).toBe(1)
})

test('entries that are not booked are no lines, and are counted once for the statement', () => {
  const pending = ['PDNG', 'INFO', 'FUTR'].map((code) => entry({ status: tag('Sts', code) }))
  const { lineCount, problems } = parsed(entry() + pending.join(''))
  expect(lineCount).toBe(1)
  expect(problems).toMatchObject([{ code: 'rows_skipped', params: { n: 3, reason: 'pending' } }])
})

test('a status nobody knows is told and not booked', () => {
  const read = parsed(entry() + entry({ status: '<Sts><Prtry>MAYBE</Prtry></Sts>' }))
  expect(read.lineCount).toBe(1)
  expect(codesOf(read)).toEqual(['unknown_field', 'rows_skipped'])
})

test('an entry that is not booked may have an amount that cannot be read', () => {
  const read = parsed(entry() + entry({ amount: amount('?'), status: tag('Sts', 'PDNG') }))
  expect(codesOf(read)).toEqual(['rows_skipped'])
})

test.each([
  ['1', '1.00'],
  ['1.5', '1.50'],
  ['1.50000', '1.50'],
  ['.5', '0.50'],
  ['5.', '5.00'],
  ['+5', '5.00'],
  ['007.10', '7.10'],
  ['\n 12.34 \n', '12.34'],
  ['1234567890123456.78', '1234567890123456.78'],
  ['0', '0.00'],
])('%j is the amount %s', (text, expected) => {
  expect(line(entry({ amount: amount(text) })).amount).toBe(expected)
})

test.each(['12..34', '-5.00', '1,50', '1 000', '1e5', '1234567890123456789', '0x10', '.'])(
  '%j is no amount and refuses the statement',
  (text) => {
    const { problems, lineCount } = parsed(entry({ amount: amount(text) }))
    expect(lineCount).toBe(0)
    expect(problems[0]).toMatchObject({ code: 'bad_amount', params: { text }, severity: 'error' })
  },
)

test('an amount finer than its currency refuses the statement unless the rest is zero', () => {
  expect(codesOf(parsed(entry({ amount: amount('1.23400') })))).toEqual(['bad_amount'])
  expect(line(entry({ amount: amount('1.23000') })).amount).toBe('1.23')
})

test('an entry without amount or without direction refuses the statement', () => {
  expect(parsed(entry({ amount: '' })).problems[0]).toMatchObject({
    code: 'bad_amount',
    params: { reason: 'missing' },
  })
  expect(parsed(entry({ direction: '' })).problems[0]).toMatchObject({
    code: 'malformed',
    params: { reason: 'direction', text: '' },
  })
  expect(parsed(entry({ direction: tag('CdtDbtInd', 'PLUS') })).problems[0]).toMatchObject({
    code: 'malformed',
    params: { reason: 'direction', text: 'PLUS' },
  })
})

test.each([
  ['a day', '<BookgDt><Dt>2024-01-30</Dt></BookgDt>'],
  ['a day with a zone', '<BookgDt><Dt>2024-01-30+02:00</Dt></BookgDt>'],
  [
    'an instant near midnight',
    '<BookgDt><DtTm>2024-01-30T23:59:59.123456789-11:00</DtTm></BookgDt>',
  ],
  ['a day without an element of its own', '<BookgDt>2024-01-30</BookgDt>'],
])('the booking day is taken as written from %s', (_, days) => {
  const { bookedOn, isBookedOnDerived } = line(entry({ days }))
  expect(bookedOn).toBe('2024-01-30')
  expect(isBookedOnDerived).toBeUndefined()
})

test('without a booking day the value date stands in, else the day of the closing balance', () => {
  const closing =
    '<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">5</Amt><Dt><Dt>2024-01-31</Dt></Dt></Bal>'
  expect(line(closing + entry({ days: '<ValDt><Dt>2024-01-28</Dt></ValDt>' }))).toMatchObject({
    bookedOn: '2024-01-28',
    valueOn: '2024-01-28',
    isBookedOnDerived: true,
  })
  expect(line(closing + entry({ days: '' }))).toMatchObject({
    bookedOn: '2024-01-31',
    isBookedOnDerived: true,
  })
})

test('a line that no date of the file can be given refuses the statement', () => {
  const { problems, lines } = parsed(entry({ days: '' }))
  expect(lines[0]?.bookedOn).toBeNull()
  expect(problems[0]).toMatchObject({ code: 'bad_date', severity: 'error' })
})

test.each([
  '2024-02-30',
  '2024-13-01',
  '31.01.2024',
  '2024-01-3',
  '2024-01-301',
  '2024-01-30x',
  'today',
])('%s is no booking day', (text) => {
  const { problems } = parsed(entry({ days: `<BookgDt><Dt>${text}</Dt></BookgDt>` }))
  expect(problems).toMatchObject([{ code: 'bad_date', params: { text, what: 'booking' } }])
  expect(problems[0]?.position?.column).toBeGreaterThan(1)
})

test('an entry in another currency than its account refuses the statement', () => {
  const { problems } = parsed(entry() + entry({ amount: amount('7', 'USD') }))
  expect(problems).toMatchObject([
    { code: 'currency_mismatch', params: { what: 'line', found: 'USD', expected: 'EUR' } },
  ])
})

test('an amount without a currency is in that of the account', () => {
  expect(line(entry({ amount: amount('7', null) }))).toMatchObject({
    amount: '7.00',
    currency: 'EUR',
  })
})

test('the bank names the kind of a line by domain, else in its own words', () => {
  const domain = '<Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>'
  const own = '<Prtry><Cd>0103000</Cd><Issr>BBA</Issr></Prtry>'
  expect(line(entry({ more: tag('BkTxCd', domain + own) })).typeCode).toBe('PMNT/RCDT/ESCT')
  expect(line(entry({ more: tag('BkTxCd', own) })).typeCode).toBe('0103000')
  expect(line(entry({ details: tag('TxDtls', tag('BkTxCd', own)) })).typeCode).toBe('0103000')
})

test('the first lines keep their text as written, as many as are wanted', () => {
  const first = entry({ more: tag('AddtlNtryInf', 'A &amp; B') })
  const { lines } = parsed(`${first}\n${entry()}`, { rawLines: 1 })
  expect(lines.map(({ raw }) => raw)).toEqual([first, undefined])
})

test('the text of a line is kept whole however the file is cut', () => {
  const first = entry({ more: tag('AddtlNtryInf', 'é'.repeat(70_000)) })
  const { lines } = parsed(`<!--${' '.repeat(50_000)}-->${first}${entry()}`, { rawLines: 2 })
  expect(lines.map(({ raw }) => raw)).toEqual([first.slice(0, 10_000), entry()])
})
