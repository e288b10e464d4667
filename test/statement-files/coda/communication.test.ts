import { expect, test } from 'vitest'
import {
  information,
  lineOf,
  movement,
  parseOne,
  problemsOf,
  second,
  statementOf,
  third,
} from './records.ts'

const numbers = '00010000'

/** The line whose communication, structured or free, runs through records 21, 22 and 23. */
const said = (kind: '0' | '1', text: string, typeCode = '00150000') =>
  lineOf(
    movement(numbers, -100, [54, typeCode], [62, kind], [63, text.slice(0, 53)], [126, '1 0']),
    second(numbers, [11, text.slice(53, 106)], [126, '1 0']),
    third(numbers, [83, text.slice(106, 149)]),
  )

const warningsOf = (text: string) =>
  problemsOf(parseOne(statementOf([movement(numbers, 100, [62, '1'], [63, text])])))

/** Parts of a structured communication, each at its width. */
const parts = (...fields: readonly (readonly [text: string, width: number])[]): string =>
  fields.map(([text, width]) => text.padEnd(width)).join('')

test('a free text runs through three records, cut wherever a record was full', () => {
  const text =
    'A word that is cut at the end of the first of the thre' +
    'e records'.padEnd(60, '.') +
    'and ends here'
  expect(said('0', text).text).toBe(text)
})

test('blanks that are cut off a record still part its text from the next', () => {
  const line = lineOf(
    movement(numbers, -100, [63, 'A'.repeat(53)], [126, '1 0']),
    second(numbers, [11, 'SECOND']).slice(0, 16),
    third(numbers, [83, 'THIRD']).slice(0, 87),
  )
  expect(line.text).toBe(`${'A'.repeat(53)}SECOND${' '.repeat(47)}THIRD`)
})

test('free texts of information records follow one another as one text', () => {
  const full = 'x'.repeat(72) + 'M'
  const line = lineOf(
    movement(numbers, 100, [63, 'FIRST'], [128, '1']),
    information('31', '00010001', [40, '0'], [41, full], [126, '1 0']),
    information('32', '00010001', [11, 'arnix'.padEnd(105, 'y')], [126, '1 0']),
    information('33', '00010001', [11, 'zz'], [128, '1']),
    information('31', '00010002', [40, '0'], [41, 'END']),
  )
  expect(line.text).toBe(`FIRST\n${full}${'arnix'.padEnd(105, 'y')}zz END`)
})

test('blanks that fill an information record up are one blank between two texts', () => {
  const line = lineOf(
    movement(numbers, 100, [128, '1']),
    information('31', '00010001', [40, '0'], [41, 'detail one'], [126, '1 0']),
    information('32', '00010001', [11, 'detail two']),
  )
  expect(line.text).toBe('detail one detail two')
})

test.each(['101', '102'])(
  'type %s is a Belgian reference where its check digits are right',
  (type) => {
    expect(said('1', `${type}240283842818`)).toMatchObject({
      reference: '240283842818',
      referenceType: 'belgian',
      text: '',
    })
  },
)

test('a reference with wrong check digits is text, and the place is told', () => {
  const line = said('1', '101240283842819')
  expect([line.reference, line.text]).toEqual([undefined, '240283842819'])
  expect(warningsOf('101240283842819')).toEqual(['warning reference_invalid 3:66-77'])
  expect(warningsOf('101000000000000')).toEqual([])
})

test('type 100 is a creditor reference', () => {
  expect(said('1', '100RF18539007547034')).toMatchObject({
    reference: 'RF18539007547034',
    referenceType: 'rf',
    text: '',
  })
})

test.each([
  'PAYMENT +++240/2838/42818+++ THANKS',
  '***240/2838/42818***',
  '240/2838/42818',
  '240283842818',
  '+++ 240 / 2838 / 42818 +++',
])('a Belgian reference in a free text is found: %s', (text) => {
  expect(said('0', text)).toMatchObject({ reference: '240283842818', text })
})

test.each(['PAYMENT +++240/2838/42819+++', '240283842819', 'ORDER 240283842818 OF MAY'])(
  'digits without marks among words, or with wrong check digits, are text: %s',
  (text) => {
    const line = said('0', text)
    expect([line.reference, line.text]).toEqual([undefined, text])
  },
)

test('type 103 is the number of a cheque where the movement is one', () => {
  expect(said('1', '103000012345678', '00301000')).toMatchObject({
    chequeNumber: '000012345678',
    text: '',
  })
  const other = said('1', '103000012345678', '00402000')
  expect([other.chequeNumber, other.text]).toEqual([undefined, '000012345678'])
})

const foreign = (currency: string) =>
  `105${parts(
    ['000000000100000', 15],
    ['000000000108500', 15],
    ['000108500000', 12],
    [currency, 3],
    ['240283842818', 12],
    ['US', 2],
    ['0'.repeat(15), 15],
  )}`

test('type 105 gives what was ordered in another currency, with the sign of the line', () => {
  expect(said('1', foreign('USD'))).toMatchObject({
    original: { amount: '-108.50', currency: 'USD', rate: '1.085' },
    reference: '240283842818',
    text: 'US',
  })
  expect(said('1', foreign('EUR'))).not.toHaveProperty('original')
})

const terminal = [
  ['CAFE DU PARC', 16],
  ['LIEGE', 10],
] as const

test('type 113 says where the card was used, with the number of the card hidden', () => {
  const text = `113${parts(
    ['5412345678901234', 16],
    ['1', 1],
    ['000123', 6],
    ['000456', 6],
    ['300124', 6],
    ['1215', 4],
    ['1', 1],
    ...terminal,
    ['000000000020000', 15],
    ['000110000000', 12],
    ['CHF', 3],
  )}`
  expect(said('1', text)).toMatchObject({
    text: '541234******1234, 2024-01-30 12:15, CAFE DU PARC LIEGE',
    original: { amount: '-20.00', currency: 'CHF', rate: '1.1' },
  })
})

test('type 114 may carry a Belgian reference', () => {
  const text = `114${parts(['9', 1], ['313843', 6], ['849', 3], ['005695', 6], ['040309', 6], ['1204', 4], ['8', 1], ...terminal, ['240283842818', 16])}`
  expect(said('1', text)).toMatchObject({
    text: '2009-03-04 12:04, CAFE DU PARC LIEGE',
    reference: '240283842818',
  })
})

test('type 115 says card, day, amount and terminal', () => {
  const text = `115${parts(['5412345678901234', 16], ['1', 1], ['000123', 6], ['000456', 6], ['300124', 6], ['1215', 4], ['310124', 6], ['000789', 6], ['000000000020000', 15], ['1', 1], ...terminal, ['HELLO', 12])}`
  expect(said('1', text).text).toBe(
    '541234******1234, 2024-01-30 12:15, 20.00, CAFE DU PARC LIEGE, HELLO',
  )
})

const directDebit = (returned: string) =>
  `127${parts(
    ['300124', 6],
    ['1', 1],
    ['1', 1],
    ['0', 1],
    ['BE69ZZZ0403200393', 35],
    ['MANDATE-7', 35],
    ['INVOICE 2024-17', 62],
    [returned, 5],
  )}`

test('type 127 says mandate, communication and creditor of a direct debit', () => {
  expect(said('1', directDebit(''))).toMatchObject({
    mandateId: 'MANDATE-7',
    text: 'INVOICE 2024-17\nBE69ZZZ0403200393',
  })
  expect(said('1', directDebit('2AC04')).text).toBe(
    'INVOICE 2024-17\nBE69ZZZ0403200393\nreturn AC04',
  )
})

test.each([
  [
    '106',
    ['000000000001680', 15],
    ['000000000008000', 15],
    ['002100000000', 12],
    ['0', 1],
    '1.68, 8.00, 21 %',
  ],
  [
    '108',
    ['000000000012000', 15],
    ['000000000000000', 15],
    ['000105000000', 12],
    ['010124310124', 12],
    '12.00, 1.05 %, 2024-01-01, 2024-01-31',
  ],
  [
    '122',
    ['0030', 4],
    ['000500000000', 12],
    ['000000001000000', 15],
    ['0', 1],
    '0030, 5 %, 1000.00',
  ],
  [
    '123',
    ['010124', 6],
    ['999999', 6],
    ['000000001000000', 15],
    ['000200000000', 12],
    '2024-01-01, 1000.00, 2 %',
  ],
  [
    '124',
    ['54123456789012340000', 20],
    ['1', 1],
    ['000012345678', 12],
    ['ACME', 15],
    '541234**********0000, 000012345678, ACME',
  ],
] as const)('type %s is written so that a person can read it', (type, ...rest) => {
  const fields = rest.slice(0, -1) as (readonly [string, number])[]
  expect(said('1', `${type}${parts(...fields)}`).text).toBe(rest.at(-1))
})

test('a type that nobody knows is kept as it is written', () => {
  expect(said('1', '107 SOMETHING 123').text).toBe('107 SOMETHING 123')
})

const informed = (type: string, text: string) =>
  lineOf(
    movement(numbers, 100, [128, '1']),
    information('31', '00010001', [40, '1'], [41, type], [44, text.slice(0, 70)], [126, '1 0']),
    information('32', '00010001', [11, text.slice(70, 175)]),
  )

test('type 001 gives the whole name of the counterparty', () => {
  const name = 'A COMPANY WHOSE NAME IS LONGER THAN THIRTY-FIVE CHARACTERS'
  expect(informed('001', parts([name, 70], ['KERKSTRAAT 1', 35]))).toMatchObject({
    counterparty: name,
    text: '',
  })
})

test.each(['008', '009'])('type %s names the person behind the counterparty', (type) => {
  const line = informed(type, parts(['JANE DOE', 70], ['ID-7', 35]))
  expect([line.counterparty, line.text]).toEqual(['JANE DOE', 'JANE DOE, ID-7'])
})

test.each([
  ['002', parts(['ONE', 35], ['TWO', 35], ['', 35], ['FOUR', 35]), 'ONE, TWO, FOUR'],
  [
    '006',
    parts(['COSTS', 30], ['EUR', 3], ['000000000012500', 15], ['1', 1], ['006', 3]),
    'COSTS, EUR, 12.50',
  ],
  ['007', parts(['0000012', 7], ['000050', 6], ['000000000600000', 15]), '0000012, 000050, 600.00'],
])('information of type %s is written so that a person can read it', (type, text, shown) => {
  expect(informed(type, text).text).toBe(shown)
})
