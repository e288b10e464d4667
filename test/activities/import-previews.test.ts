/** What a preview of a real file says, and what it waits for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codes, fixture, iban, openFileScene, secondIban } from './support/file-scene.ts'

let scene: Awaited<ReturnType<typeof openFileScene>>
beforeAll(async () => {
  scene = await openFileScene()
})
afterAll(() => scene.end())

describe('a preview', () => {
  test('says what was understood, and writes no line', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    expect(await upload.run('previewImport')).toEqual({
      state: 'preview',
      revision: 1,
      previewedRevision: 1,
      questions: 0,
      importable: 1,
      hasBegun: false,
    })
    const preview = await upload.preview()
    expect(preview).toMatchObject({
      format: 'coda',
      encoding: 'utf-8',
      problems: [],
      totals: { statements: 1, importable: 1, questions: 0, lines: 2, alreadyPresent: 0 },
    })
    expect(preview.statements[0]).toMatchObject({
      number: 1,
      account: { number: iban, holder: 'ACME BVBA' },
      accountId,
      currency: 'EUR',
      opening: { amount: '100.00', on: '2024-01-01' },
      closing: { amount: '120.25', on: '2024-01-31' },
      lines: 2,
      sumIn: '25.50',
      sumOut: '-5.25',
      verdict: 'importable',
      added: null,
    })
    const [first] = preview.statements[0]?.sample ?? []
    expect(first).toMatchObject({ bookedOn: '2024-01-31', amount: '25.50' })
    expect(first?.raw).toMatch(/^21/)
    expect(await scene.standing(tenantId, accountId)).toEqual([])
  })

  test('of a file that does not add up refuses its statement with the figures', async () => {
    const tenantId = await scene.aTenant()
    await scene.aFileAccount(tenantId)
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__bad_balance.cod'))
    expect(await upload.run('previewImport')).toMatchObject({ state: 'preview', importable: 0 })
    const [statement] = (await upload.preview()).statements
    expect(statement).toMatchObject({ verdict: 'refused', accountId: expect.any(String) })
    expect(codes(statement?.problems)).toContain('balance_mismatch')
  })

  test('of what is no statement says what it is', async () => {
    const upload = await scene.uploaded(await scene.aTenant(), '%PDF-1.7 hello')
    await upload.run('previewImport')
    expect((await upload.preview()).problems).toMatchObject([
      { code: 'not_a_statement', severity: 'error', params: { what: 'pdf' } },
    ])
  })

  test('keeps texts that look like codes of JSON as they are written', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const rows = String.raw`Date;Amount;Text
2026-03-30;-12,50;C:\u0000
2026-03-31;-2,50;\u0000`
    const upload = await scene.uploaded(tenantId, rows, { accountId })
    expect(await upload.run('previewImport')).toMatchObject({ state: 'preview', importable: 1 })
    const [statement] = (await upload.preview()).statements
    expect(statement?.sample.map(({ text }) => text)).toEqual([
      String.raw`C:\u0000`,
      String.raw`\u0000`,
    ])
  })

  test('asks for an account that is not known, and only for that', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__two_accounts.cod'))
    expect(await upload.run('previewImport')).toMatchObject({ importable: 1 })
    const preview = await upload.preview()
    expect(preview.problems).toMatchObject([
      { code: 'some_accounts_unknown', params: { n: 1, numbers: secondIban } },
    ])
    expect(preview.statements.map(({ verdict }) => verdict)).toEqual(['importable', 'waiting'])
    await upload.correct({ accounts: [{ number: secondIban, accountId: null }] })
    expect(await upload.run('previewImport')).toMatchObject({ questions: 0, revision: 2 })
    expect((await upload.preview()).statements.map(({ verdict }) => verdict)).toEqual([
      'importable',
      'left_out',
    ])
    const second = await scene.aFileAccount(tenantId, null)
    await upload.correct({ accounts: [{ number: 'BE43 9662 5858 4001', accountId: second }] })
    await upload.run('previewImport')
    expect((await upload.preview()).statements.map((each) => each.accountId)).toEqual([
      accountId,
      second,
    ])
  })

  test('refuses a statement of another account than the chosen one', async () => {
    const tenantId = await scene.aTenant()
    await scene.aFileAccount(tenantId)
    const accountId = await scene.aFileAccount(tenantId, secondIban)
    for (const chosen of [accountId, await scene.aFileAccount(tenantId, 'NL91ABNA0417164300')]) {
      const bytes = await fixture('coda/synthetic__ok_utf8.cod')
      const upload = await scene.uploaded(tenantId, bytes, { accountId: chosen })
      await upload.run('previewImport')
      const [statement] = (await upload.preview()).statements
      expect(codes(statement?.problems)).toContain('account_other_journal')
      expect(statement?.verdict).toBe('refused')
    }
  })

  test('finds an account by its Belgian number of the time before IBAN', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId, '539-0075470-34')
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    expect((await upload.preview()).statements[0]?.accountId).toBe(accountId)
  })

  test('refuses a statement in another currency than its account', async () => {
    const tenantId = await scene.aTenant()
    await scene.aFileAccount(tenantId, iban, 'USD')
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    expect((await upload.preview()).statements[0]).toMatchObject({
      verdict: 'refused',
      problems: expect.arrayContaining([
        expect.objectContaining({
          code: 'currency_mismatch',
          params: { what: 'statement', found: 'EUR', expected: 'USD' },
        }),
      ]),
    })
  })

  test('takes a statement that stands twice in a file once', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const bytes = await fixture('coda/synthetic__ok_utf8.cod')
    const upload = await scene.uploaded(tenantId, Buffer.concat([bytes, Buffer.from('\n'), bytes]))
    await upload.run('previewImport')
    expect((await upload.preview()).statements.map(({ verdict }) => verdict)).toEqual([
      'importable',
      'repeated',
    ])
    await upload.run('importStatements')
    expect(await scene.standing(tenantId, accountId)).toHaveLength(2)
  })

  test('of a file that names neither account nor currency waits for the account, whose currency counts', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId, iban, 'CHF')
    const upload = await scene.uploaded(tenantId, await fixture('qif/synthetic__dd_mm.qif'))
    expect(await upload.run('previewImport')).toMatchObject({ questions: 1, importable: 0 })
    await upload.correct({ accountId })
    expect(await upload.run('previewImport')).toMatchObject({ questions: 0, importable: 1 })
    await upload.run('importStatements')
    expect((await scene.feedOf(tenantId, accountId)).map(({ line }) => line.currency)).toEqual([
      'CHF',
      'CHF',
    ])
  })

  test('with an open question imports nothing yet', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const upload = await scene.uploaded(tenantId, await fixture('qif/synthetic__ambiguous.qif'), {
      accountId,
    })
    expect(await upload.run('previewImport')).toMatchObject({ questions: 1, importable: 0 })
    await upload.correct({ accountId, dateOrder: 'dmy' })
    expect(await upload.run('previewImport')).toMatchObject({ questions: 0, importable: 1 })
    await upload.run('importStatements')
    expect(await scene.standing(tenantId, accountId)).toEqual(['2024-02-01 -1.00'])
  })
})
