/** The activities of an import over a real database and real files. */
import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { FaultPoint } from '../../activities/deps.ts'
import { createActivities } from '../../activities/index.ts'
import { FailureInterceptor } from '../../activities/interceptors.ts'
import * as accounts from '../../db/queries/accounts.ts'
import * as events from '../../db/queries/events.ts'
import { sweepExpired } from '../../db/queries/housekeeping.ts'
import * as messages from '../../db/queries/messages.ts'
import * as statementFiles from '../../db/queries/statement-files.ts'
import type { ImportView } from '../../db/queries/statement-imports.ts'
import * as statementImports from '../../db/queries/statement-imports.ts'
import * as lines from '../../db/queries/statement-lines.ts'
import { withTenant } from '../../db/tenant.ts'
import type { ImportOptions, ImportPreview } from '../../domain/statement-import.ts'
import type { Arranged, Linked } from '../db/arrange.ts'
import { aLine, aLinkedAccount, arrange, aTenant } from '../db/arrange.ts'
import { asAdministrator } from '../support/template-database.ts'

type Activities = ReturnType<typeof createActivities>

let arranged: Arranged
let activities: Activities
let reached: (point: FaultPoint) => Promise<void> | void = () => undefined
beforeAll(async () => {
  arranged = await arrange()
  activities = createActivities({
    pool: arranged.pool,
    vault: arranged.vault,
    providers: new Map(),
    publicUrl: 'http://127.0.0.1:9',
    reach: async (point) => reached(point),
  })
})
afterAll(() => arranged.end())
afterEach(() => {
  reached = () => undefined
})

const iban = 'BE68539007547034'
const secondIban = 'BE43966258584001'

const fixture = (name: string): Promise<Buffer> =>
  readFile(new URL(`../fixtures/statement-files/${name}`, import.meta.url))

/** Runs one attempt of an activity as a worker would. */
const run = <Name extends keyof Activities>(
  name: Name,
  input: Parameters<Activities[Name]>[0],
): Promise<Awaited<ReturnType<Activities[Name]>>> => {
  const environment = new MockActivityEnvironment(
    { attempt: 1 },
    {
      logger: new DefaultLogger('ERROR', () => undefined),
      interceptors: [(context) => ({ inbound: new FailureInterceptor(context) })],
    },
  )
  return environment.run(activities[name] as (input: unknown) => Promise<any>, input)
}

const aFileAccount = (
  tenantId: string,
  number: string | null = iban,
  currency = 'EUR',
): Promise<string> =>
  withTenant(arranged.pool, tenantId, async (tx) => {
    const id = randomUUID()
    const made = { id, number: number ?? id, name: 'Files', currency, journalRef: null }
    await accounts.createForFiles(tx, made)
    return id
  })

interface Upload {
  tenantId: string
  importId: string
  preview: () => Promise<ImportPreview>
  view: () => Promise<ImportView>
  run: (
    name: 'previewImport' | 'importStatements' | 'revertImport' | 'discardImport' | 'failImport',
  ) => ReturnType<Activities['previewImport']>
  correct: (options: ImportOptions) => Promise<void>
}

/** An uploaded file with an import that nobody has looked at. */
const uploaded = async (
  tenantId: string,
  bytes: Buffer | string,
  options: ImportOptions = {},
): Promise<Upload> => {
  const content = Buffer.from(bytes)
  const [fileId, importId] = [randomUUID(), randomUUID()]
  const { pool, vault } = arranged
  await withTenant(pool, tenantId, async (tx) => {
    await statementFiles.begin(tx, { id: fileId, name: 'march.cod' })
    for (let from = 0, number = 1; from < content.length; from += 500, number += 1) {
      const part = content.subarray(from, from + 500)
      await statementFiles.appendPart({ tx, vault }, { fileId, number, bytes: part })
    }
    const sha256 = createHash('sha256').update(content).digest()
    await statementFiles.finish(tx, { id: fileId, sizeBytes: content.length, sha256 })
    await statementImports.create(tx, { id: importId, fileId, options, requestedBy: 'Anna' })
  })
  const there = <Value>(value: Value | null): Value => {
    if (value === null) throw new Error('nothing is there')
    return value
  }
  return {
    tenantId,
    importId,
    preview: () =>
      withTenant(pool, tenantId, (tx) => statementImports.maybeOnePreview(tx, importId)).then(
        there,
      ),
    view: () =>
      withTenant(pool, tenantId, (tx) => statementImports.maybeOneById(tx, importId)).then(there),
    run: (name) => run(name, { tenantId, importId, atMs: Date.now() }),
    correct: async (corrected) => {
      await withTenant(pool, tenantId, (tx) => statementImports.correct(tx, importId, corrected))
    },
  }
}

const feedOf = (tenantId: string, accountId: string) =>
  withTenant(arranged.pool, tenantId, (tx) =>
    lines.listFeed(tx, accountId, { afterSeq: 0, limit: 1_000 }),
  )

const standing = async (tenantId: string, accountId: string): Promise<string[]> =>
  (await feedOf(tenantId, accountId))
    .filter(({ op }) => op !== 'removed')
    .map(({ line }) => `${line.bookedOn} ${line.amount}`)
    .toSorted()

const eventsOf = async (tenantId: string): Promise<string[]> =>
  (await withTenant(arranged.pool, tenantId, (tx) => events.list(tx, 0, 100))).map(
    ({ type }) => type,
  )

const codes = (problems: readonly { code: string }[] = []) => problems.map(({ code }) => code)

/** A linked account with a number, so that files find it. */
const aNumberedAccount = async (): Promise<Linked> => {
  const account = await aLinkedAccount(arranged.pool)
  await asAdministrator(arranged.adminUrl, (client) =>
    client.query('UPDATE account SET number = $1 WHERE id = $2', [iban, account.accountId]),
  )
  return account
}

describe('a preview', () => {
  test('says what was understood, and writes no line', async () => {
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId)
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
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
    expect(await standing(tenantId, accountId)).toEqual([])
  })

  test('of a file that does not add up refuses its statement with the figures', async () => {
    const tenantId = await aTenant(arranged.pool)
    await aFileAccount(tenantId)
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__bad_balance.cod'))
    expect(await upload.run('previewImport')).toMatchObject({ state: 'preview', importable: 0 })
    const [statement] = (await upload.preview()).statements
    expect(statement).toMatchObject({ verdict: 'refused', accountId: expect.any(String) })
    expect(codes(statement?.problems)).toContain('balance_mismatch')
  })

  test('of what is no statement says what it is', async () => {
    const upload = await uploaded(await aTenant(arranged.pool), '%PDF-1.7 hello')
    await upload.run('previewImport')
    expect((await upload.preview()).problems).toMatchObject([
      { code: 'not_a_statement', severity: 'error', params: { what: 'pdf' } },
    ])
  })

  test('asks for an account that is not known, and only for that', async () => {
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId)
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__two_accounts.cod'))
    expect(await upload.run('previewImport')).toMatchObject({ importable: 1 })
    const preview = await upload.preview()
    expect(codes(preview.problems)).toEqual(['some_accounts_unknown'])
    expect(preview.statements.map(({ verdict }) => verdict)).toEqual(['importable', 'waiting'])
    await upload.correct({ accounts: [{ number: secondIban, accountId: null }] })
    expect(await upload.run('previewImport')).toMatchObject({ questions: 0, revision: 2 })
    expect((await upload.preview()).statements.map(({ verdict }) => verdict)).toEqual([
      'importable',
      'left_out',
    ])
    const second = await aFileAccount(tenantId, null)
    await upload.correct({ accounts: [{ number: 'BE43 9662 5858 4001', accountId: second }] })
    await upload.run('previewImport')
    expect((await upload.preview()).statements.map((each) => each.accountId)).toEqual([
      accountId,
      second,
    ])
  })

  test('refuses a statement of another account than the chosen one', async () => {
    const tenantId = await aTenant(arranged.pool)
    await aFileAccount(tenantId)
    const accountId = await aFileAccount(tenantId, secondIban)
    for (const chosen of [accountId, await aFileAccount(tenantId, 'NL91ABNA0417164300')]) {
      const bytes = await fixture('coda/synthetic__ok_utf8.cod')
      const upload = await uploaded(tenantId, bytes, { accountId: chosen })
      await upload.run('previewImport')
      const [statement] = (await upload.preview()).statements
      expect(codes(statement?.problems)).toContain('account_other_journal')
      expect(statement?.verdict).toBe('refused')
    }
  })

  test('finds an account by its Belgian number of the time before IBAN', async () => {
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId, '539-0075470-34')
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    expect((await upload.preview()).statements[0]?.accountId).toBe(accountId)
  })

  test('refuses a statement in another currency than its account', async () => {
    const tenantId = await aTenant(arranged.pool)
    await aFileAccount(tenantId, iban, 'USD')
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
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
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId)
    const bytes = await fixture('coda/synthetic__ok_utf8.cod')
    const upload = await uploaded(tenantId, Buffer.concat([bytes, Buffer.from('\n'), bytes]))
    await upload.run('previewImport')
    expect((await upload.preview()).statements.map(({ verdict }) => verdict)).toEqual([
      'importable',
      'repeated',
    ])
    await upload.run('importStatements')
    expect(await standing(tenantId, accountId)).toHaveLength(2)
  })

  test('of a file that names neither account nor currency waits for the account, whose currency counts', async () => {
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId, iban, 'CHF')
    const upload = await uploaded(tenantId, await fixture('qif/synthetic__dd_mm.qif'))
    expect(await upload.run('previewImport')).toMatchObject({ questions: 1, importable: 0 })
    await upload.correct({ accountId })
    expect(await upload.run('previewImport')).toMatchObject({ questions: 0, importable: 1 })
    await upload.run('importStatements')
    expect((await feedOf(tenantId, accountId)).map(({ line }) => line.currency)).toEqual([
      'CHF',
      'CHF',
    ])
  })

  test('with an open question imports nothing yet', async () => {
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId)
    const upload = await uploaded(tenantId, await fixture('qif/synthetic__ambiguous.qif'), {
      accountId,
    })
    expect(await upload.run('previewImport')).toMatchObject({ questions: 1, importable: 0 })
    await upload.correct({ accountId, dateOrder: 'dmy' })
    expect(await upload.run('previewImport')).toMatchObject({ questions: 0, importable: 1 })
    await upload.run('importStatements')
    expect(await standing(tenantId, accountId)).toEqual(['2024-02-01 -1.00'])
  })
})

describe('an import', () => {
  test('adds the lines, tells the connections of the account and the programs, once', async () => {
    const account = await aNumberedAccount()
    const { tenantId, accountId, connectionId } = account
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    expect(await upload.run('importStatements')).toMatchObject({ state: 'imported' })
    expect(await upload.run('importStatements')).toMatchObject({ state: 'imported' })
    expect(await standing(tenantId, accountId)).toEqual(['2024-01-31 -5.25', '2024-01-31 25.50'])
    expect(await upload.view()).toMatchObject({ linesAdded: 2, linesDone: 2, linesTotal: 2 })
    expect((await upload.preview()).statements[0]).toMatchObject({ added: 2, alreadyPresent: 0 })
    expect(await eventsOf(tenantId)).toEqual(['message.posted', 'lines.added', 'import.finished'])
    const posted = await account.within((tx) => messages.list(tx, connectionId, { limit: 10 }))
    expect(posted).toMatchObject([
      {
        code: 'file.imported',
        params: { n: 2, file: 'march.cod' },
        author: { kind: 'user', name: 'Anna' },
      },
    ])
  })

  test('over a period that was fetched adds nothing', async () => {
    const account = await aNumberedAccount()
    const line = { bookedOn: '2024-01-31', text: 'as the provider words it' }
    await account.store([aLine({ ...line, amount: '25.50' }), aLine({ ...line, amount: '-5.25' })])
    const upload = await uploaded(account.tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    expect((await upload.preview()).problems).toMatchObject([
      { code: 'lines_already_present', params: { n: 2, total: 2 } },
    ])
    await upload.run('importStatements')
    expect(await upload.view()).toMatchObject({ state: 'imported', linesAdded: 0 })
    expect(await standing(account.tenantId, account.accountId)).toHaveLength(2)
  })

  test('of one period from CODA, CAMT.053 and OFX adds its lines once', async () => {
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId)
    for (const bytes of [await fixture('coda/synthetic__ok_utf8.cod'), camt, ofx]) {
      const upload = await uploaded(tenantId, bytes)
      expect(await upload.run('previewImport')).toMatchObject({ importable: 1 })
      await upload.run('importStatements')
    }
    expect(await standing(tenantId, accountId)).toEqual(['2024-01-31 -5.25', '2024-01-31 25.50'])
  })

  test('whose worker died between two statements goes on where it ended, and nothing is there twice', async () => {
    const tenantId = await aTenant(arranged.pool)
    const [first, second] = [await aFileAccount(tenantId), await aFileAccount(tenantId, secondIban)]
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__two_accounts.cod'))
    await upload.run('previewImport')
    reached = (point) => {
      if (point === 'import.after-statement') throw new Error('killed')
    }
    await expect(upload.run('importStatements')).rejects.toThrow()
    expect(await upload.view()).toMatchObject({ state: 'importing', linesAdded: 2 })
    expect(await standing(tenantId, second)).toEqual([])
    reached = () => undefined
    expect(await upload.run('importStatements')).toMatchObject({ state: 'imported' })
    expect(await standing(tenantId, first)).toHaveLength(2)
    expect((await standing(tenantId, second)).length).toBeGreaterThan(0)
    const { linesAdded, linesDone, linesTotal } = await upload.view()
    expect([linesAdded, linesDone]).toEqual([linesTotal, linesTotal])
  })

  test('by two workers at once adds every line once', async () => {
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId)
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    await Promise.all([upload.run('importStatements'), upload.run('importStatements')])
    expect(await standing(tenantId, accountId)).toHaveLength(2)
    expect(await eventsOf(tenantId)).toEqual(['lines.added', 'import.finished'])
  })

  test('of the same bytes again says when it was imported, and by whom', async () => {
    const tenantId = await aTenant(arranged.pool)
    await aFileAccount(tenantId)
    const bytes = await fixture('coda/synthetic__ok_utf8.cod')
    const first = await uploaded(tenantId, bytes)
    await first.run('previewImport')
    await first.run('importStatements')
    const again = await uploaded(tenantId, bytes)
    await again.run('previewImport')
    const { problems } = await again.preview()
    expect(codes(problems)).toEqual(['already_imported', 'lines_already_present'])
    expect(problems[0]?.params).toMatchObject({ userKnown: 'yes', user: 'Anna' })
    await first.run('revertImport')
    await again.run('previewImport')
    expect((await again.preview()).problems).toEqual([])
  })

  test('keeps what a person answered about a header for the next file with it', async () => {
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId)
    const table = (day: string) => `Datum;Bedrag;Omschrijving\n${day};-12,50;Koffie\n`
    const first = await uploaded(tenantId, table('01/02/2024'), { accountId })
    expect(await first.run('previewImport')).toMatchObject({ questions: 1 })
    await first.correct({ accountId, dateOrder: 'dmy' })
    await first.run('previewImport')
    await first.run('importStatements')
    const second = await uploaded(tenantId, table('03/02/2024'), { accountId })
    expect(await second.run('previewImport')).toMatchObject({ questions: 0, importable: 1 })
    expect((await second.preview()).usesProfile).toBe(true)
    await second.run('importStatements')
    expect(await standing(tenantId, accountId)).toEqual(['2024-02-01 -12.50', '2024-02-03 -12.50'])
  })
})

describe('a reversal', () => {
  test('takes back exactly what was added, tells it once, and the same file brings it again', async () => {
    const account = await aNumberedAccount()
    const { tenantId, accountId, connectionId } = account
    await account.store([aLine({ bookedOn: '2024-01-31', amount: '-5.25' })])
    const bytes = await fixture('coda/synthetic__ok_utf8.cod')
    const upload = await uploaded(tenantId, bytes)
    await upload.run('previewImport')
    await upload.run('importStatements')
    expect(await standing(tenantId, accountId)).toHaveLength(2)
    expect(await upload.run('revertImport')).toMatchObject({ state: 'reverted' })
    expect(await upload.run('revertImport')).toMatchObject({ state: 'reverted' })
    expect(await standing(tenantId, accountId)).toEqual(['2024-01-31 -5.25'])
    expect(await upload.view()).toMatchObject({ linesAdded: 1, linesRemoved: 1 })
    expect((await eventsOf(tenantId)).filter((type) => type === 'import.reverted')).toHaveLength(1)
    const posted = await account.within((tx) => messages.list(tx, connectionId, { limit: 10 }))
    expect(posted.map(({ code }) => code).toSorted()).toEqual(['file.imported', 'file.reverted'])
    const again = await uploaded(tenantId, bytes)
    await again.run('previewImport')
    await again.run('importStatements')
    expect(await standing(tenantId, accountId)).toHaveLength(2)
  })

  test('of an import that failed half-way takes back what it had added', async () => {
    const tenantId = await aTenant(arranged.pool)
    const first = await aFileAccount(tenantId)
    await aFileAccount(tenantId, secondIban)
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__two_accounts.cod'))
    await upload.run('previewImport')
    reached = () => {
      throw new Error('a defect')
    }
    await expect(upload.run('importStatements')).rejects.toThrow()
    expect(await upload.run('failImport')).toMatchObject({ state: 'failed', hasBegun: true })
    expect((await upload.view()).failureReference).toMatch(/^BS-/)
    expect(await upload.run('revertImport')).toMatchObject({ state: 'reverted' })
    expect(await standing(tenantId, first)).toEqual([])
  })
})

describe('a preview that nobody wants', () => {
  test('is discarded, and its bytes go with the next sweep', async () => {
    const tenantId = await aTenant(arranged.pool)
    await aFileAccount(tenantId)
    const bytes = await fixture('coda/synthetic__ok_utf8.cod')
    const [upload, kept] = [await uploaded(tenantId, bytes), await uploaded(tenantId, bytes)]
    await upload.run('previewImport')
    expect(await upload.run('discardImport')).toMatchObject({ state: 'discarded' })
    expect(await upload.run('importStatements')).toMatchObject({ state: 'discarded' })
    await sweepExpired(arranged.pool, 1_000)
    const partsOf = async ({ importId }: Upload): Promise<number> =>
      asAdministrator(arranged.adminUrl, async (client) => {
        const { rowCount } = await client.query(
          `SELECT FROM statement_file_part JOIN statement_import USING (tenant_id, file_id)
           WHERE statement_import.id = $1`,
          [importId],
        )
        return rowCount ?? 0
      })
    expect(await partsOf(upload)).toBe(0)
    expect(await partsOf(kept)).toBeGreaterThan(0)
  })

  test('can neither be imported nor taken back', async () => {
    const tenantId = await aTenant(arranged.pool)
    const accountId = await aFileAccount(tenantId)
    const upload = await uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    expect(await upload.run('revertImport')).toMatchObject({ state: 'preview' })
    await upload.run('discardImport')
    expect(await upload.run('previewImport')).toMatchObject({ state: 'discarded' })
    expect(await standing(tenantId, accountId)).toEqual([])
  })
})

test('the import of another tenant is nowhere', async () => {
  const upload = await uploaded(await aTenant(arranged.pool), 'x')
  const tenantId = await aTenant(arranged.pool)
  const { importId } = upload
  expect(await run('loadImport', { tenantId, importId })).toBeNull()
  expect(await run('previewImport', { tenantId, importId, atMs: 0 })).toBeNull()
  expect(await run('importStatements', { tenantId, importId })).toBeNull()
})

const camt = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2024-02-01T00:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2024-02-01T00:00:00</CreDtTm>
<Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2024-01-31</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">120.25</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2024-01-31</Dt></Dt></Bal>
<Ntry><Amt Ccy="EUR">25.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2024-01-31</Dt></BookgDt><AcctSvcrRef>X1</AcctSvcrRef></Ntry>
<Ntry><Amt Ccy="EUR">5.25</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2024-01-31</Dt></BookgDt><AcctSvcrRef>X2</AcctSvcrRef></Ntry>
</Stmt></BkToCstmrStmt></Document>
`

const ofx = `OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:UTF-8
CHARSET:NONE
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>0<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>539<ACCTID>539007547034<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20240101<DTEND>20240131
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20240131<TRNAMT>25.50<FITID>F1<NAME>Somebody</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20240131<TRNAMT>-5.25<FITID>F2<NAME>CAFE</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>120.25<DTASOF>20240131</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
`
