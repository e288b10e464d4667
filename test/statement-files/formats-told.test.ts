import { expect, test } from 'vitest'
import { importSchema } from '../../api/imports/import-shape.ts'
import { languages } from '../../locales/languages.ts'
import { renderFileProblem } from '../../locales/render.ts'
import { formats, type Format } from '../../statement-files/detect.ts'

/** How people call a format. */
const names: Readonly<Record<Format, string>> = {
  csv: 'CSV',
  ofx: 'OFX',
  qif: 'QIF',
  camt053: 'CAMT.053',
  coda: 'CODA',
}

test('the API knows every format that a file may be read as', () => {
  expect(new Set(importSchema.shape.format.unwrap().options)).toEqual(
    new Set([...formats, 'mixed']),
  )
})

test.for(languages)(
  'who sends another file is told which formats to ask the bank for, in %s',
  (language) => {
    const text = renderFileProblem(language, 'not_a_statement', {})
    for (const name of Object.values(names)) expect(text).toContain(name)
  },
)
