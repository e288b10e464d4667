/** Days that could be read two ways, and what else of a file tells how. */
import { expect, test } from 'vitest'
import { codesOf, daysOf, parseCsv } from './parse.ts'

const first = '2024-02-05'

test.each([
  ['points between the parts', ['Date,Amount', '05.02.2024,-1.00', '04.02.2024,-2.00']],
  ['decimal commas', ['Date;Amount', '05/02/2024;-1,00', '04/02/2024;-2,00']],
  ['a header in another language', ['Datum,Bedrag', '05/02/2024,-1.00', '04/02/2024,-2.00']],
  ['a word of one country', ['Date,Sort Code,Amount', '05/02/2024,a,-1.00', '04/02/2024,a,-2.00']],
  ['a currency', ['Date,Amount (GBP)', '05/02/2024,-1.00', '04/02/2024,-2.00']],
  [
    'a column of currencies',
    ['Date,Amount,Currency', '05/02/2024,-1.00,EUR', '04/02/2024,-2.00,EUR'],
  ],
  [
    'an IBAN',
    [
      'Date,Amount,Account',
      '05/02/2024,-1.00,GB33BUKB20201555555555',
      '04/02/2024,-2.00,GB33BUKB20201555555555',
    ],
  ],
])('%s: the day comes first', (_, rows) => {
  const file = parseCsv(rows)
  expect(codesOf(file)).toEqual([])
  expect(daysOf(file)[0]).toBe(first)
})

test.each(['USD', 'CAD', 'PHP'])('amounts in %s do not tell which comes first', (currency) => {
  const rows = [`05/02/2024,-1.00,${currency}`, `04/02/2024,-2.00,${currency}`]
  expect(codesOf(parseCsv(['Date,Amount,Currency', ...rows]))).toEqual(['date_order_ambiguous'])
})

test('an order by which some days have not come yet is the wrong one', () => {
  const rows = ['Date,Amount', '06/05/2026,-1.00', '06/07/2026,-2.00']
  const file = parseCsv(rows)
  expect(codesOf(file)).toEqual([])
  expect(daysOf(file)).toEqual(['2026-06-05', '2026-06-07'])
  expect(codesOf(parseCsv(rows, { today: '2026-08-31' }))).toEqual(['date_order_ambiguous'])
})
