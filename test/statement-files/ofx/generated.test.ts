import { expect, test } from 'vitest'
import { ofxFile } from '../../../bench/statement-files/ofx.ts'
import { parse, problemsOf } from './document.ts'

test('a generated file is free of problems and adds up to its own balance', () => {
  const text = [...ofxFile(2_000)].join('')
  expect([...ofxFile(2_000)].join('')).toBe(text)
  const parsed = parse(text)
  expect(problemsOf(parsed)).toEqual([])
  const [statement] = parsed.statements
  expect(statement?.lineCount).toBe(2_000)
  expect(statement?.sum).toBe(statement?.checkpoints.at(-1)?.amount)
  expect(statement?.checkpoints[0]).toMatchObject({ kind: 'opening', amount: '0.00' })
})
