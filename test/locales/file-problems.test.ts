import { expect, test } from 'vitest'
import en from '../../locales/en.json' with { type: 'json' }
import { languages } from '../../locales/languages.ts'
import { renderFileProblem } from '../../locales/render.ts'
import { severities } from '../../statement-files/problem.ts'

test('every problem that a statement file can have has a text, and no text is without its problem', () => {
  expect(Object.keys(en.fileProblems).toSorted()).toEqual(Object.keys(severities).toSorted())
})

test.each(languages)('the texts of %s can be written whatever is left out', (language) => {
  for (const code of Object.keys(severities)) {
    const text = renderFileProblem(language, code, {
      n: 2,
      limit: 50,
      total: 3,
      opening: '1.00',
      sum: '2.00',
      reached: '3.00',
      closing: '4.00',
      difference: '1.00',
      stated: '1',
      found: '2',
      from: '1',
      to: '3',
      first: 'a',
      second: 'b',
      message: 'pain.001',
      format: 'CODA',
      version: '1',
      wanted: '2',
      account: 'BE1',
      chosen: 'BE2',
      numbers: 'BE1',
      expected: 'EUR',
      application: '01',
      status: 2000,
      columns: 'x',
      reference: 'r',
      action: 'delete',
      date: '2026-01-02',
    })
    expect(text).not.toMatch(/[{}]/)
    expect(text).not.toBe(code)
  }
})

test.each(languages)(
  'accounts that are not known are named as the file names them, in %s',
  (language) => {
    const numbers = 'BE43966258584001, 0012345'
    expect(renderFileProblem(language, 'some_accounts_unknown', { n: 2, numbers })).toContain(
      numbers,
    )
  },
)
