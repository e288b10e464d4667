import { expect, test } from 'vitest'
import { visible } from '../../scripts/visible.ts'

test('text of somebody else neither clears nor colours the screen, and neither writes over a line nor backwards', () => {
  const shown = visible('a\u001B[2J\u001B[31mb\rc\nd\u0007\u007F\u009B1m\u202Ee')
  expect(shown).toBe('a␛[2J␛[31mb␍c␊d␇␡␡1me')
  expect(shown).not.toMatch(/\p{C}/u)
})

test('text without control characters stays as it is', () => {
  expect(visible('Café Ωmega – 12,50 € 😀')).toBe('Café Ωmega – 12,50 € 😀')
})
