import { describe, expect, test } from 'vitest'
import type { Words } from '../../domain/line-words.ts'
import { changeOf, contradicts, merge, saysSame } from '../../domain/line-words.ts'

const full: Words = {
  bookedOn: '2026-03-02',
  valueOn: '2026-03-03',
  amount: '-12.50',
  currency: 'EUR',
  text: 'Invoice 12',
  counterparty: 'Roaster NV',
  counterpartyAccount: 'BE71 0961 2345 6769',
  reference: '+++090/9337/55493+++',
}
const bare: Words = {
  ...full,
  valueOn: null,
  text: 'CARD PAYMENT',
  counterparty: null,
  counterpartyAccount: null,
  reference: null,
}

describe('what a source says for the first time', () => {
  test('replaces nothing', () => {
    expect(merge(full, bare, bare)).toEqual(full)
  })
  test('fills what is empty', () => {
    expect(merge(bare, full, full)).toEqual({ ...full, text: 'CARD PAYMENT' })
  })
})

describe('what a source says otherwise than before', () => {
  test('is a correction of that word and of no other', () => {
    expect(merge(full, bare, { ...bare, amount: '-13.00' })).toEqual({ ...full, amount: '-13.00' })
  })
  test('is nothing where only zeros or blanks differ', () => {
    const shown = { ...full, amount: '-12.5', counterpartyAccount: 'be71096123456769' }
    expect(saysSame(full, shown)).toBe(true)
    expect(merge(full, full, shown)).toEqual(full)
  })
  test('because it knows more now replaces nothing', () => {
    const shown = { ...bare, counterparty: 'ROASTER', valueOn: '2026-03-09' }
    expect(merge(full, bare, shown)).toEqual(full)
  })
  test('because it knows less takes its own word away, and not the word of another', () => {
    const earlier = { ...bare, reference: full.reference, counterparty: 'ROASTER' }
    expect(merge(full, earlier, bare)).toEqual({ ...full, reference: null })
  })
})

test('two parties or two references contradict each other, two names and texts do not', () => {
  expect(contradicts(full, { ...full, counterpartyAccount: 'BE02000000000001' })).toBe(true)
  expect(contradicts(full, { ...full, reference: '+++010/8068/17183+++' })).toBe(true)
  expect(contradicts(full, { ...bare, counterparty: 'ROASTER' })).toBe(false)
})

test('a word that is gone is a change, one that was added fills, and a value date alone is not told', () => {
  expect(changeOf(full, { ...full, reference: null })).toBe('changed')
  expect(changeOf(bare, { ...full, text: bare.text })).toBe('filled')
  expect(changeOf(bare, { ...bare, valueOn: '2026-03-03' })).toBe('noted')
})
