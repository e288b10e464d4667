import { describe, expect, test } from 'vitest'
import { parseExact } from '../../../activities/providers/exact-json.ts'
import { answerOf, challengeOf, keptOf } from '../../../activities/providers/yodlee/challenge.ts'
import { providerAccounts } from '../../../activities/providers/yodlee/schema.ts'

const nowMs = Date.parse('2026-11-21T10:00:00Z')

const challengeFrom = (form: object, more: object = {}) => {
  const entry = { id: 1, status: 'USER_INPUT_REQUIRED', loginForm: [form], ...more }
  const text = JSON.stringify({ providerAccount: [entry] })
  return challengeOf(providerAccounts.parse(parseExact(text)).providerAccount[0]!, nowMs)
}
const rowWith = (field: object, more: object = {}) => ({ label: 'Code', field: [field], ...more })
const tokenForm = (field: object = {}, more: object = {}) => ({
  formType: 'token',
  mfaTimeout: 98_580,
  row: [rowWith({ id: 'token', type: 'text', value: '', maxLength: 6, ...field })],
  ...more,
})
const formOf = (challenge: ReturnType<typeof challengeFrom>) => {
  if (challenge.kind !== 'fields') throw new Error(challenge.kind)
  return challenge
}
const png = Buffer.from('89504e470d0a1a0a0000', 'hex').toString('base64')

describe('a challenge', () => {
  test('lasts as many milliseconds as Yodlee says, within bounds', () => {
    const endOf = (mfaTimeout?: number) => challengeFrom(tokenForm({}, { mfaTimeout })).expiresAt
    expect(endOf(98_580)).toBe('2026-11-21T10:01:38.580Z')
    expect(endOf(1)).toBe('2026-11-21T10:00:10.000Z')
    expect(endOf(10 ** 9)).toBe('2026-11-21T10:10:00.000Z')
    expect(endOf()).toBe('2026-11-21T10:02:00.000Z')
  })

  test('asks in plain text, never in markup', () => {
    const form = tokenForm({}, { row: [rowWith({ id: 't' }, { label: '<b>Your</b> <script>x' })] })
    expect(formOf(challengeFrom(form)).fields[0]?.label).toBe('Your x')
  })

  test('of a site with a page of its own leads to that page', () => {
    expect(challengeFrom(tokenForm(), { authType: 'OAUTH' })).toMatchObject({ kind: 'page' })
  })

  test('without anything to fill in leads to the page', () => {
    expect(challengeFrom({ formType: 'token', row: [] })).toMatchObject({ kind: 'page' })
  })

  test('with rows of which one is enough demands none of them alone', () => {
    const rows = ['sms', 'mail'].map((id) => rowWith({ id }, { fieldRowChoice: '0001' }))
    const { fields } = formOf(challengeFrom({ formType: 'token', row: rows }))
    expect(fields.map(({ isOptional }) => isOptional)).toEqual([true, true])
  })
})

describe('a picture', () => {
  const pictured = (image: string, type = 'text') =>
    challengeFrom({ formType: 'image', row: [rowWith({ id: 'image', type, image })] })

  test.each([
    [png, 'image/png'],
    [Buffer.from('ffd8ffe00000', 'hex').toString('base64'), 'image/jpeg'],
    [Buffer.from('GIF89a....').toString('base64'), 'image/gif'],
    [`data:image/png;base64,${png}`, 'image/png'],
  ])('is passed on where its first bytes say what it is: %s', (image, type) => {
    expect(formOf(pictured(image)).image?.type).toBe(type)
  })

  test.each([
    ['a script', Buffer.from('<svg onload=alert(1)>').toString('base64')],
    ['no base64', '<img src=x>'],
    [
      'too much',
      Buffer.concat([Buffer.from(png, 'base64'), Buffer.alloc(250_000)]).toString('base64'),
    ],
  ])('that is %s goes no further: the page of the provider shows it', (_word, image) => {
    expect(pictured(image)).toMatchObject({ kind: 'page' })
  })

  test('in a field of its own is answered there where no other field is', () => {
    const { fields, keep } = formOf(pictured(png, 'image'))
    expect(fields).toMatchObject([{ name: 'image', type: 'text' }])
    expect(keep).not.toContain(png)
  })
})

describe('an answer', () => {
  const kept = (form: object) => {
    const value = keptOf(formOf(challengeFrom(form)).keep)
    if (value === null) throw new Error('not kept')
    return value
  }
  const form = {
    formType: 'questionAndAnswer',
    row: [
      rowWith({ id: 'fixed', value: 'session-7', valueEditable: 'false' }),
      rowWith({ id: 'answer', type: 'text' }),
      rowWith({ id: 'remember', type: 'checkbox', isOptional: true }),
    ],
  }

  test('sends everything the form holds except what is optional and empty', () => {
    expect(answerOf(kept(form), { answer: 'Texas' })).toEqual([
      { id: 'fixed', value: 'session-7' },
      { id: 'answer', value: 'Texas' },
    ])
  })

  test('to fields that were never asked is dropped', () => {
    expect(answerOf(kept(form), { answer: 'Texas', password: 'x' })).toHaveLength(2)
  })

  test('that leaves out what is needed is none', () => {
    expect(answerOf(kept(form), { remember: 'yes' })).toBeNull()
  })

  test('to a challenge that nobody kept is none', () => {
    expect(keptOf('{}')).toBeNull()
    expect(keptOf('nonsense')).toBeNull()
  })
})
