import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { YodleeClient } from './client.ts'
import { fieldsOf, openYodlee } from './client.ts'
import { yodleeConformance } from './conformance.ts'

const conformance = yodleeConformance()
let yodlee: YodleeClient

beforeAll(async () => {
  yodlee = await openYodlee({ observe: conformance.observe })
})
afterAll(async () => {
  await yodlee.stop()
})

const state = async (token: string, id: number) => {
  const { status, dataset } = await yodlee.show(token, id)
  return [status, dataset[0].additionalStatus, dataset[0].updateEligibility]
}

const asked = async (token: string, id: number) => {
  const { loginForm } = await yodlee.show(token, id)
  return {
    formType: loginForm[0].formType,
    fields: loginForm[0].row.flatMap((row: any) => row.field.map((field: any) => field.id)),
  }
}

/** A bank with the given questions, linked up to the first of them. */
const waiting = async (name: string, mfa: object[], more: object = {}) => {
  const token = await yodlee.token(`waits-${name.replaceAll(' ', '-')}`)
  await yodlee.patch(name, { authType: 'MFA_CREDENTIALS', mfa, ...more })
  const { id } = await yodlee.add(token, name)
  await yodlee.advance(1000)
  return { token, id }
}

describe('a refresh', () => {
  test('goes from the login over the data to its end by the clock alone', async () => {
    const token = await yodlee.token('steady')
    const { id, status } = await yodlee.add(token, 'Happy Bank')
    expect(status).toBe('LOGIN_IN_PROGRESS')
    expect(await state(token, id)).toEqual([
      'LOGIN_IN_PROGRESS',
      'LOGIN_IN_PROGRESS',
      'DISALLOW_UPDATE',
    ])
    await yodlee.advance(1000)
    expect((await state(token, id))[1]).toBe('DATA_RETRIEVAL_IN_PROGRESS')
    await yodlee.advance(1000)
    expect((await state(token, id))[1]).toBe('ACCT_SUMMARY_RECEIVED')
    await yodlee.advance(1000)
    expect(await state(token, id)).toEqual(['SUCCESS', 'AVAILABLE_DATA_RETRIEVED', 'ALLOW_UPDATE'])
  })

  test('with a wrong password ends in 200 with FAILED and wants other credentials', async () => {
    const token = await yodlee.token('forgetful')
    const { id } = await yodlee.add(token, 'Happy Bank', { password: 'wrong' })
    await yodlee.advance(3000)
    expect(await state(token, id)).toEqual([
      'FAILED',
      'INCORRECT_CREDENTIALS',
      'ALLOW_UPDATE_WITH_CREDENTIALS',
    ])
    const shown = await yodlee.call(token, `/providerAccounts/${id}?include=credentials`)
    const [user, password] = shown.body.providerAccount[0].loginForm[0].row.map(
      (row: any) => row.field[0].id,
    )
    await yodlee.answer(token, id, { [user]: 'person', [password]: 'right' })
    await yodlee.advance(3000)
    expect((await state(token, id))[0]).toBe('SUCCESS')
  })

  test('soon after the last one is refused, and one beside another too', async () => {
    const token = await yodlee.token('hasty')
    const { id } = await yodlee.linked(token, 'Happy Bank')
    const early = await yodlee.refresh(token, id)
    expect([early.status, early.body.errorCode]).toEqual([400, 'Y825'])
    expect(early.body.errorMessage).toContain('REFRESHED_RECENTLY')
    await yodlee.advance(15 * 60_000)
    expect((await yodlee.refresh(token, id)).status).toBe(200)
    const second = await yodlee.refresh(token, id)
    expect([second.body.errorCode, second.body.errorMessage.includes('IN_PROGRESS')]).toEqual([
      'Y825',
      true,
    ])
    await yodlee.advance(3000)
    const many = await yodlee.call(token, '/providerAccounts/refresh', {
      method: 'PUT',
      body: { configName: 'Aggregation', providerAccountIds: [id] },
    })
    expect(many.body.errorCode).toBe('Y825')
  })

  test.each(['SITE_BLOCKING_ERROR', 'TECH_ERROR', 'ACCOUNT_LOCKED', 'SITE_NOT_SUPPORTED'])(
    'ends as scripted: %s',
    async (outcome) => {
      const token = await yodlee.token(`meets-${outcome}`)
      await yodlee.patch('Happy Bank', { outcomes: [outcome] })
      const { status, dataset } = await yodlee.linked(token, 'Happy Bank')
      expect([status, dataset[0].additionalStatus]).toEqual(['FAILED', outcome])
    },
  )
})

describe('a question', () => {
  test.each([
    ['token', { ask: 'token', answer: '123456' }, { token: '123456' }],
    [
      'questionAndAnswer',
      {
        ask: 'questions',
        questions: [
          { label: 'School?', answer: 'w3schools' },
          { label: 'State?', answer: 'Texas' },
        ],
      },
      { answer0: 'W3Schools', answer1: 'texas' },
    ],
    ['image', { ask: 'image', answer: '5678' }, { image: '5678' }],
    ['login', { ask: 'password', answer: 'second' }, { password: 'second' }],
    [
      'questionAndAnswer',
      { ask: 'choice', label: 'Where to?', options: ['Phone', 'Mail'], answer: 'Mail' },
      { choice: '1' },
    ],
  ])('of the type %s is asked and taken', async (formType, round, answers) => {
    const { token, id } = await waiting('Beta Bank', [round])
    expect((await state(token, id))[0]).toBe('USER_INPUT_REQUIRED')
    const question = await asked(token, id)
    expect(question.formType).toBe(formType)
    expect(question.fields).toEqual(expect.arrayContaining(Object.keys(answers)))
    await yodlee.answer(token, id, answers)
    expect((await state(token, id))[0]).toBe('LOGIN_IN_PROGRESS')
    await yodlee.advance(3000)
    expect((await state(token, id))[0]).toBe('SUCCESS')
  })

  test('may be followed by another, and the answer may come as the form itself', async () => {
    const { token, id } = await waiting('Beta Bank', [
      { ask: 'token', answer: '111111' },
      { ask: 'token', answer: '222222' },
    ])
    const { loginForm } = await yodlee.show(token, id)
    loginForm[0].row[0].field[0].value = '111111'
    await yodlee.call(token, `/providerAccounts?providerAccountIds=${id}`, {
      method: 'PUT',
      body: { loginForm: loginForm[0] },
    })
    await yodlee.advance(1000)
    expect((await state(token, id))[0]).toBe('USER_INPUT_REQUIRED')
    await yodlee.answer(token, id, { token: '222222' })
    await yodlee.advance(3000)
    expect((await state(token, id))[0]).toBe('SUCCESS')
  })

  test('with a wrong answer ends the refresh', async () => {
    const { token, id } = await waiting('Beta Bank', [{ ask: 'token', answer: '111111' }])
    await yodlee.answer(token, id, { token: '000000' })
    await yodlee.advance(1000)
    expect((await state(token, id)).slice(0, 2)).toEqual(['FAILED', 'INVALID_ADDL_INFO_PROVIDED'])
  })

  test.each(['ADDL_AUTHENTICATION_REQUIRED', 'REQUEST_TIME_OUT'])(
    'that nobody answers ends in %s, and a late answer is refused as wrong',
    async (missingAnswer) => {
      const { token, id } = await waiting('Beta Bank', [{ ask: 'token', answer: '111111' }], {
        missingAnswer,
        mfaTimeoutMs: 60_000,
      })
      expect((await yodlee.show(token, id)).loginForm[0].mfaTimeout).toBeLessThanOrEqual(60_000)
      await yodlee.advance(60_000)
      expect((await state(token, id)).slice(0, 2)).toEqual(['FAILED', missingAnswer])
      expect((await yodlee.answer(token, id, { token: '111111' })).status).toBe(200)
      expect((await state(token, id))[1]).toBe('INVALID_ADDL_INFO_PROVIDED')
    },
  )

  test('takes one answer only', async () => {
    const { token, id } = await waiting('Beta Bank', [{ ask: 'token', answer: '111111' }])
    const answers = await Promise.all(
      [1, 2].map(() => yodlee.answer(token, id, { token: '111111' })),
    )
    expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 400]))
  })

  test('in real time is asked at every refresh, and says so', async () => {
    const { token, id } = await waiting('Beta Bank', [{ ask: 'token', answer: '111111' }], {
      mfaAt: 'refresh',
    })
    await yodlee.answer(token, id, { token: '111111' })
    await yodlee.advance(20 * 60_000)
    const { body } = await yodlee.call(token, '/providerAccounts')
    expect(body.providerAccount.at(-1)).toMatchObject({ id, isRealTimeMFA: true })
    const accounts = await yodlee.call(
      token,
      `/accounts?providerAccountId=${id}&include=autoRefresh`,
    )
    expect(accounts.body.account[0].autoRefresh).toMatchObject({
      status: 'DISABLED',
      additionalStatus: 'REAL_TIME_MFA_REQUIRED',
    })
    await yodlee.refresh(token, id)
    await yodlee.advance(1000)
    expect((await state(token, id))[0]).toBe('USER_INPUT_REQUIRED')
  })
})

describe('the sites of the vendor sandbox', () => {
  test.each([
    { providerId: 16441, user: 'YodTest.site16441.2', password: 'site16441.2', answers: null },
    {
      providerId: 16442,
      user: 'YodTest.site16442.1',
      password: 'site16442.1',
      answers: { token: '123456' },
    },
    {
      providerId: 16486,
      user: 'YodTest.site16486.1',
      password: 'site16486.1',
      answers: { answer0: 'w3schools', answer1: 'Texas' },
    },
  ])('$providerId takes its documented login and no other', async (site) => {
    const { providerId, user, password, answers } = site
    const token = await yodlee.token(`tests-${providerId}`)
    const ids: number[] = []
    for (const typed of [password, 'something else']) {
      const { body } = await yodlee.call(
        token,
        `/providerAccounts?providerId=${String(providerId)}`,
        {
          method: 'POST',
          body: {
            field: fieldsOf({ [providerId * 2 + 1]: user, [providerId * 2 + 2]: typed }),
          },
        },
      )
      ids.push(body.providerAccount[0].id)
    }
    await yodlee.advance(1000)
    if (answers !== null) await yodlee.answer(token, ids[0]!, answers)
    await yodlee.advance(3000)
    expect((await state(token, ids[0]!))[0]).toBe('SUCCESS')
    expect((await state(token, ids[1]!))[1]).toBe('INCORRECT_CREDENTIALS')
  })

  test('of an open-banking kind cannot be linked with a password', async () => {
    const token = await yodlee.token('tests-oauth')
    const { body } = await yodlee.call(token, '/providerAccounts?providerId=19335', {
      method: 'POST',
      body: { field: [] },
    })
    expect(body.errorCode).toBe('Y823')
  })
})

test('credentials go to one connection at a time', async () => {
  const token = await yodlee.token('many')
  const ids = [
    (await yodlee.linked(token, 'Happy Bank')).id,
    (await yodlee.linked(token, 'Twins Bank')).id,
  ]
  const { body } = await yodlee.call(token, `/providerAccounts?providerAccountIds=${ids.join()}`, {
    method: 'PUT',
    body: { field: [{ id: '1', value: 'x' }] },
  })
  expect(body.errorCode).toBe('Y805')
})

test('everything was as the vendor describes it', () => {
  expect(conformance.problems()).toEqual([])
  if (process.env['REFERENCE_DIR']) expect(conformance.compared()).toBeGreaterThan(100)
})
