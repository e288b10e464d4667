import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asAdministrator } from '../support/template-database.ts'
import { aConnection, anAccount, anImport } from './support/builders.ts'
import { importWorkflow, receivedByImport, upload, type Import } from './support/uploads.ts'
import type { World } from './support/world.ts'
import { createWorld } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await createWorld()
})
afterAll(() => world.close())

describe('a correction', () => {
  const patch = (id: string, body: object, headers: Record<string, string> = {}) =>
    world.call<Import>('PATCH', `/v1/imports/${id}`, { body, headers })

  test('adds to what was answered before, takes back what is null, and tells the workflow its revision', async () => {
    const id = await anImport(world)
    await patch(id, { dateOrder: 'dmy', csv: { delimiter: ';' } })
    const { body } = await patch(id, { decimalSign: ',', csv: null })
    expect(body).toMatchObject({ revision: 3, options: { dateOrder: 'dmy', decimalSign: ',' } })
    expect(body.options).not.toHaveProperty('csv')
    const told = (await receivedByImport(world, id)).filter(({ name }) => name === 'correctImport')
    expect(told.map(({ input }) => (input as { revision: number }).revision)).toEqual([2, 3])
  })

  test('of a version that is not the present one is refused and changes nothing', async () => {
    const id = await anImport(world)
    const seen = await world.call<Import>('GET', `/v1/imports/${id}`)
    const etag = seen.headers.get('etag') ?? ''
    expect((await patch(id, { dateOrder: 'dmy' }, { 'if-match': etag })).status).toBe(200)
    const late = await patch(id, { dateOrder: 'mdy' }, { 'if-match': etag })
    expect([late.status, late.body]).toMatchObject([412, { code: 'stale-version' }])
    const now = await world.call<Import>('GET', `/v1/imports/${id}`)
    expect(now.body.options).toEqual({ dateOrder: 'dmy' })
  })

  test('names no account of another tenant', async () => {
    const theirs = await anAccount(world, await aConnection(world, world.b), { tenant: world.b })
    const id = await anImport(world)
    expect((await patch(id, { accountId: theirs })).status).toBe(404)
    expect((await patch(id, { accounts: [{ number: '1', accountId: theirs }] })).status).toBe(404)
    expect((await world.call<Import>('GET', `/v1/imports/${id}`)).body.revision).toBe(1)
  })

  test('of a file that is imported already is refused', async () => {
    const id = await anImport(world)
    await setState(id, 'imported')
    const { status, body } = await patch(id, { dateOrder: 'dmy' })
    expect([status, body]).toMatchObject([409, { code: 'conflict', why: 'over' }])
  })
})

const setState = (id: string, state: string): Promise<unknown> =>
  asAdministrator(world.adminUrl, (client) =>
    client.query(
      `UPDATE statement_import SET state = $2,
         begun_at = CASE WHEN $2 IN ('importing', 'imported') THEN now() END WHERE id = $1`,
      [id, state],
    ),
  )

describe('a confirmation', () => {
  const confirm = (id: string, body: object = {}) =>
    world.call('POST', `/v1/imports/${id}/confirmations`, { body })

  test('says which revision was looked at: the one named, else the present one', async () => {
    const id = await anImport(world)
    expect((await confirm(id, { revision: 7 })).status).toBe(202)
    expect((await confirm(id)).status).toBe(202)
    const told = (await receivedByImport(world, id)).filter(({ name }) => name === 'confirmImport')
    expect(told.map(({ input }) => (input as { revision: number }).revision)).toEqual([7, 1])
  })

  test.each(['not_ready', 'stale', 'question_open', 'nothing_importable', 'over'])(
    'that the workflow refuses as %s is a conflict that says why',
    async (why) => {
      const { body } = await upload(world)
      await importWorkflow(world, body.id).signal('refuse', why)
      const refused = await confirm(body.id)
      expect([refused.status, refused.body]).toMatchObject([409, { code: 'conflict', why }])
    },
  )
})

describe('taking an import away', () => {
  const remove = (id: string) => world.call('DELETE', `/v1/imports/${id}`)
  const commandsOf = async (id: string) =>
    (await receivedByImport(world, id)).map(({ name }) => name).filter((name) => name !== 'start')

  test('discards what was not imported, and reverts what was', async () => {
    const id = await anImport(world)
    expect((await remove(id)).status).toBe(202)
    await setState(id, 'imported')
    expect((await remove(id)).status).toBe(202)
    expect(await commandsOf(id)).toEqual(['discardImport', 'revertImport'])
  })

  test.each(['discarded', 'reverted'])('again changes nothing once it is %s', async (state) => {
    const { body } = await upload(world)
    await setState(body.id, state)
    expect(await remove(body.id)).toMatchObject({ status: 202, body: { state } })
    expect(await commandsOf(body.id)).toEqual([])
  })
})

const preview = {
  format: 'csv',
  formatVersion: null,
  encoding: 'utf-8',
  layout: null,
  usesProfile: false,
  problems: [
    {
      code: 'date_order_ambiguous',
      severity: 'question',
      params: { text: '03/04/2026', first: '2026-04-03', second: '2026-03-04' },
      position: { line: 2, column: 1 },
    },
  ],
  totals: {
    statements: 1,
    importable: 0,
    questions: 1,
    lines: 1,
    alreadyPresent: 0,
    possibleDuplicates: 0,
  },
}

const summary = {
  account: { number: 'BE68539007547034', holder: null },
  currency: 'EUR',
  from: '2026-03-01',
  to: '2026-03-31',
  opening: { amount: '100.00', on: null },
  closing: null,
  lines: 1,
  sumIn: '0.00',
  sumOut: '-12.50',
  problems: [],
  sample: [],
}

describe('a preview', () => {
  const anImportWithPreview = async (): Promise<string> => {
    const id = await anImport(world)
    await asAdministrator(world.adminUrl, async (client) => {
      await client.query(
        `UPDATE statement_import SET state = 'preview', preview = $2, previewed_revision = 1
         WHERE id = $1`,
        [id, JSON.stringify(preview)],
      )
      await client.query(
        `INSERT INTO import_statement (tenant_id, import_id, number, verdict, summary)
         VALUES ($1, $2, 1, 'waiting', $3)`,
        [world.a.tenantId, id, JSON.stringify(summary)],
      )
    })
    return id
  }

  interface Shown {
    preview: {
      problems: { code: string; message: string; position: unknown }[]
      statements: Record<string, unknown>[]
    }
  }

  test('says what was understood, with its problems in the language of the reader', async () => {
    const id = await anImportWithPreview()
    const messages = new Set<string>()
    for (const language of ['en', 'fr', 'nl']) {
      const { body } = await world.call<Shown>('GET', `/v1/imports/${id}`, {
        headers: { 'accept-language': language },
      })
      const [told] = body.preview.problems
      expect(told).toMatchObject({
        code: 'date_order_ambiguous',
        position: { line: 2, column: 1 },
      })
      messages.add(told?.message ?? '')
      expect(body.preview.statements).toMatchObject([
        { number: 1, verdict: 'waiting', lines: 1, opening: { amount: '100.00' }, closing: null },
      ])
    }
    expect(messages.size).toBe(3)
  })

  test('is not sent again to a reader who knows it', async () => {
    const id = await anImportWithPreview()
    const etag = (await world.call('GET', `/v1/imports/${id}`)).headers.get('etag') ?? ''
    const headers = { 'if-none-match': etag }
    expect((await world.call('GET', `/v1/imports/${id}`, { headers })).status).toBe(304)
    await setState(id, 'importing')
    expect((await world.call('GET', `/v1/imports/${id}`, { headers })).status).toBe(200)
  })
})

test('imports are listed from the latest on, page by page, and only those of the tenant', async () => {
  const tenant = await world.makeTenant()
  const made: string[] = []
  for (let count = 0; count < 3; count += 1) made.unshift(await anImport(world, tenant))
  const page = (after = '') =>
    world.call<{ data: Import[]; nextCursor: string | null }>(
      'GET',
      `/v1/imports?limit=2${after === '' ? '' : `&after=${after}`}`,
      { key: tenant.key },
    )
  const first = await page()
  const second = await page(first.body.nextCursor ?? '')
  const listed = [...first.body.data, ...second.body.data].map(({ id }) => id)
  expect(listed.toSorted()).toEqual(made.toSorted())
  expect([first.body.data.length, second.body.nextCursor]).toEqual([2, null])
})

describe('an account for files', () => {
  const add = (body: object, headers: Record<string, string> = {}) =>
    world.call<{ id: string; number: string; name: string }>('POST', '/v1/accounts', {
      body,
      headers,
    })

  test('is known by its number in capitals without blanks, and named after it unless told otherwise', async () => {
    const { status, body } = await add({ number: 'be71 0961 2345 6769', currency: 'EUR' })
    expect([status, body]).toMatchObject([
      201,
      { number: 'BE71096123456769', name: 'BE71096123456769', type: 'other', balances: [] },
    ])
    expect((await world.call('GET', `/v1/accounts/${body.id}`)).status).toBe(200)
  })

  test('is refused where the check digits of its IBAN are wrong', async () => {
    expect(await add({ number: 'BE71 0961 2345 6768', currency: 'EUR' })).toMatchObject({
      status: 400,
      body: {
        errors: [{ pointer: '/body/number', detail: 'an IBAN whose check digits are right' }],
      },
    })
  })

  test('exists once for each number and currency, and a repeated command makes no second one', async () => {
    const account = { number: 'LT-7', currency: 'EUR', journalRef: 'bank' }
    const headers = { 'idempotency-key': 'account-1' }
    const first = await add(account, headers)
    expect((await add(account, headers)).body.id).toBe(first.body.id)
    expect(await add(account)).toMatchObject({ status: 409, body: { why: 'account_taken' } })
    expect((await add({ ...account, currency: 'USD' })).status).toBe(201)
  })
})
