/** Imports of real files: added once, killed, doubled, taken back, thrown away. */
import { sweepExpired } from '../../db/queries/housekeeping.ts'
import * as messages from '../../db/queries/messages.ts'
import { aLine } from '../db/arrange.ts'
import { asAdministrator } from '../support/template-database.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Upload } from './support/file-scene.ts'
import { codes, fixture, iban, openFileScene, secondIban } from './support/file-scene.ts'

let scene: Awaited<ReturnType<typeof openFileScene>>
beforeAll(async () => {
  scene = await openFileScene()
})
afterAll(() => scene.end())
afterEach(() => scene.whenReached(() => undefined))

describe('an import', () => {
  test('adds the lines, tells the connections of the account and the programs, once', async () => {
    const account = await scene.aNumberedAccount()
    const { tenantId, accountId, connectionId } = account
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    expect(await upload.run('importStatements')).toMatchObject({ state: 'imported' })
    expect(await upload.run('importStatements')).toMatchObject({ state: 'imported' })
    expect(await scene.standing(tenantId, accountId)).toEqual([
      '2024-01-31 -5.25',
      '2024-01-31 25.50',
    ])
    expect(await upload.view()).toMatchObject({ linesAdded: 2, linesDone: 2, linesTotal: 2 })
    expect((await upload.preview()).statements[0]).toMatchObject({ added: 2, alreadyPresent: 0 })
    expect(await scene.eventsOf(tenantId)).toEqual([
      'message.posted',
      'lines.added',
      'import.finished',
    ])
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
    const account = await scene.aNumberedAccount()
    const line = { bookedOn: '2024-01-31', text: 'as the provider words it' }
    await account.store([aLine({ ...line, amount: '25.50' }), aLine({ ...line, amount: '-5.25' })])
    const upload = await scene.uploaded(
      account.tenantId,
      await fixture('coda/synthetic__ok_utf8.cod'),
    )
    await upload.run('previewImport')
    expect((await upload.preview()).problems).toMatchObject([
      { code: 'lines_already_present', params: { n: 2, total: 2 } },
    ])
    await upload.run('importStatements')
    expect(await upload.view()).toMatchObject({ state: 'imported', linesAdded: 0 })
    expect(await scene.standing(account.tenantId, account.accountId)).toHaveLength(2)
  })

  test('that a connection overtook since its preview adds nothing twice', async () => {
    const account = await scene.aNumberedAccount()
    const upload = await scene.uploaded(
      account.tenantId,
      await fixture('coda/synthetic__ok_utf8.cod'),
    )
    await upload.run('previewImport')
    await account.store([aLine({ bookedOn: '2024-01-31', amount: '25.50' })])
    await upload.run('importStatements')
    expect((await upload.preview()).statements[0]).toMatchObject({ added: 1, alreadyPresent: 1 })
    expect(await scene.standing(account.tenantId, account.accountId)).toHaveLength(2)
  })

  test('of one period from CODA, CAMT.053 and OFX adds its lines once', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    for (const bytes of [await fixture('coda/synthetic__ok_utf8.cod'), camt, ofx]) {
      const upload = await scene.uploaded(tenantId, bytes)
      expect(await upload.run('previewImport')).toMatchObject({ importable: 1 })
      await upload.run('importStatements')
    }
    expect(await scene.standing(tenantId, accountId)).toEqual([
      '2024-01-31 -5.25',
      '2024-01-31 25.50',
    ])
  })

  test('whose worker died between two statements goes on where it ended, and nothing is there twice', async () => {
    const tenantId = await scene.aTenant()
    const [first, second] = [
      await scene.aFileAccount(tenantId),
      await scene.aFileAccount(tenantId, secondIban),
    ]
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__two_accounts.cod'))
    await upload.run('previewImport')
    scene.whenReached((point) => {
      if (point === 'import.after-statement') throw new Error('killed')
    })
    await expect(upload.run('importStatements')).rejects.toThrow()
    expect(await upload.view()).toMatchObject({ state: 'importing', linesAdded: 2 })
    expect(await scene.standing(tenantId, second)).toEqual([])
    scene.whenReached(() => undefined)
    expect(await upload.run('importStatements')).toMatchObject({ state: 'imported' })
    expect(await scene.standing(tenantId, first)).toHaveLength(2)
    expect((await scene.standing(tenantId, second)).length).toBeGreaterThan(0)
    const { linesAdded, linesDone, linesTotal } = await upload.view()
    expect([linesAdded, linesDone]).toEqual([linesTotal, linesTotal])
  })

  test('whose worker died between two slices of a statement goes on behind the last one, and tells all', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const rows = Array.from(
      { length: 7_000 },
      (_, row) => `2026-01-0${1 + (row % 9)},Card payment ${row},-${row}.25,EUR`,
    )
    const upload = await scene.uploaded(
      tenantId,
      `Date,Description,Amount,Currency\n${rows.join('\n')}\n`,
      {
        accountId,
      },
    )
    await upload.run('previewImport')
    expect(codes((await upload.preview()).problems)).toEqual([])
    scene.whenReached(() => {
      throw new Error('killed')
    })
    await expect(upload.run('importStatements')).rejects.toThrow()
    expect(await upload.view()).toMatchObject({ state: 'importing', linesAdded: 5_000 })
    expect((await upload.preview()).statements[0]).toMatchObject({ added: null })
    scene.whenReached(() => undefined)
    expect(await upload.run('importStatements')).toMatchObject({ state: 'imported' })
    expect(await upload.view()).toMatchObject({ linesAdded: 7_000, linesDone: 7_000 })
    expect((await upload.preview()).statements[0]).toMatchObject({ added: 7_000 })
    expect(await scene.countStanding(tenantId, accountId)).toBe(7_000)
    expect(await scene.eventsOf(tenantId)).toEqual(['lines.added', 'import.finished'])
    scene.whenReached(() => {
      throw new Error('killed')
    })
    await expect(upload.run('revertImport')).rejects.toThrow()
    expect(await upload.view()).toMatchObject({ state: 'reverting', linesRemoved: 5_000 })
    scene.whenReached(() => undefined)
    expect(await upload.run('revertImport')).toMatchObject({ state: 'reverted' })
    expect(await upload.view()).toMatchObject({ linesRemoved: 7_000, keptByImport: 0 })
    expect(await scene.countStanding(tenantId, accountId)).toBe(0)
  })

  test('by two workers at once adds every line once', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    await Promise.all([upload.run('importStatements'), upload.run('importStatements')])
    expect(await scene.standing(tenantId, accountId)).toHaveLength(2)
    expect(await upload.view()).toMatchObject({ linesAdded: 2, linesDone: 2 })
    expect((await upload.preview()).statements[0]?.added).toBe(2)
    expect(await scene.eventsOf(tenantId)).toEqual(['lines.added', 'import.finished'])
  })

  test('of the same bytes again says when it was imported, and by whom', async () => {
    const tenantId = await scene.aTenant()
    await scene.aFileAccount(tenantId)
    const bytes = await fixture('coda/synthetic__ok_utf8.cod')
    const first = await scene.uploaded(tenantId, bytes)
    await first.run('previewImport')
    await first.run('importStatements')
    const again = await scene.uploaded(tenantId, bytes)
    await again.run('previewImport')
    const { problems } = await again.preview()
    expect(codes(problems)).toEqual(['already_imported', 'lines_already_present'])
    expect(problems[0]?.params).toMatchObject({ userKnown: 'yes', user: 'Anna' })
    await first.run('revertImport')
    await again.run('previewImport')
    expect((await again.preview()).problems).toEqual([])
  })

  test('keeps what a person answered about a header for the next file with it', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const table = (day: string) => `Date,Amount,Text\n${day},-12.50,Coffee\n`
    const first = await scene.uploaded(tenantId, table('01/02/2024'), { accountId })
    expect(await first.run('previewImport')).toMatchObject({ questions: 1 })
    await first.correct({ accountId, dateOrder: 'dmy' })
    await first.run('previewImport')
    await first.run('importStatements')
    const second = await scene.uploaded(tenantId, table('03/02/2024'), { accountId })
    expect(await second.run('previewImport')).toMatchObject({ questions: 0, importable: 1 })
    expect((await second.preview()).usesProfile).toBe(true)
    await second.run('importStatements')
    expect(await scene.standing(tenantId, accountId)).toEqual([
      '2024-02-01 -12.50',
      '2024-02-03 -12.50',
    ])
  })

  test('asks anew for another account, whose bank may write the same header otherwise', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const other = await scene.aFileAccount(tenantId, 'BE71 0961 2345 6769')
    const table = (day: string) => `Date,Amount,Text\n${day},-12.50,Coffee\n`
    const first = await scene.uploaded(tenantId, table('01/02/2024'), { accountId })
    await first.run('previewImport')
    await first.correct({ accountId, dateOrder: 'dmy' })
    await first.run('previewImport')
    await first.run('importStatements')
    const doubtful = await scene.uploaded(tenantId, table('03/02/2024'), { accountId: other })
    expect(await doubtful.run('previewImport')).toMatchObject({ questions: 1 })
    expect((await doubtful.preview()).usesProfile).toBe(false)
  })

  test('reads a file by its own days where an answer says otherwise', async () => {
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const table = 'Date,Amount,Text\n03/04/2024,-12.50,Coffee\n03/14/2024,-3.00,Tea\n'
    const upload = await scene.uploaded(tenantId, table, { accountId, dateOrder: 'dmy' })
    await upload.run('previewImport')
    await upload.run('importStatements')
    expect(await scene.standing(tenantId, accountId)).toEqual([
      '2024-03-04 -12.50',
      '2024-03-14 -3.00',
    ])
  })
})

describe('a reversal', () => {
  test('takes back exactly what was added, tells it once, and the same file brings it again', async () => {
    const account = await scene.aNumberedAccount()
    const { tenantId, accountId, connectionId } = account
    await account.store([aLine({ bookedOn: '2024-01-31', amount: '-5.25' })])
    const bytes = await fixture('coda/synthetic__ok_utf8.cod')
    const upload = await scene.uploaded(tenantId, bytes)
    await upload.run('previewImport')
    await upload.run('importStatements')
    expect(await scene.standing(tenantId, accountId)).toHaveLength(2)
    expect(await upload.run('revertImport')).toMatchObject({ state: 'reverted' })
    expect(await upload.run('revertImport')).toMatchObject({ state: 'reverted' })
    expect(await scene.standing(tenantId, accountId)).toEqual(['2024-01-31 -5.25'])
    expect(await upload.view()).toMatchObject({ linesAdded: 1, linesRemoved: 1 })
    expect(
      (await scene.eventsOf(tenantId)).filter((type) => type === 'import.reverted'),
    ).toHaveLength(1)
    const posted = await account.within((tx) => messages.list(tx, connectionId, { limit: 10 }))
    expect(new Set(posted.map(({ code }) => code))).toEqual(
      new Set(['file.imported', 'file.reverted']),
    )
    const again = await scene.uploaded(tenantId, bytes)
    await again.run('previewImport')
    await again.run('importStatements')
    expect(await scene.standing(tenantId, accountId)).toHaveLength(2)
  })

  test('of an import that failed half-way takes back what it had added', async () => {
    const tenantId = await scene.aTenant()
    const first = await scene.aFileAccount(tenantId)
    await scene.aFileAccount(tenantId, secondIban)
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__two_accounts.cod'))
    await upload.run('previewImport')
    scene.whenReached((point) => {
      if (point === 'import.after-statement') throw new Error('a defect')
    })
    await expect(upload.run('importStatements')).rejects.toThrow()
    expect(await upload.run('failImport')).toMatchObject({ state: 'failed', hasBegun: true })
    expect((await upload.view()).failureReference).toMatch(/^BS-/)
    expect(await upload.run('revertImport')).toMatchObject({ state: 'reverted' })
    expect(await scene.standing(tenantId, first)).toEqual([])
  })
})

describe('a preview that nobody wants', () => {
  test('is discarded, and its bytes go with the next sweep', async () => {
    const tenantId = await scene.aTenant()
    await scene.aFileAccount(tenantId)
    const bytes = await fixture('coda/synthetic__ok_utf8.cod')
    const [upload, kept] = [
      await scene.uploaded(tenantId, bytes),
      await scene.uploaded(tenantId, bytes),
    ]
    await upload.run('previewImport')
    expect(await upload.run('discardImport')).toMatchObject({ state: 'discarded' })
    expect(await upload.run('importStatements')).toMatchObject({ state: 'discarded' })
    await sweepExpired(scene.pool, 1_000)
    const partsOf = async ({ importId }: Upload): Promise<number> =>
      asAdministrator(scene.adminUrl, async (client) => {
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
    const tenantId = await scene.aTenant()
    const accountId = await scene.aFileAccount(tenantId)
    const upload = await scene.uploaded(tenantId, await fixture('coda/synthetic__ok_utf8.cod'))
    await upload.run('previewImport')
    expect(await upload.run('revertImport')).toMatchObject({ state: 'preview' })
    await upload.run('discardImport')
    expect(await upload.run('previewImport')).toMatchObject({ state: 'discarded' })
    expect(await scene.standing(tenantId, accountId)).toEqual([])
  })
})

test('the import of another tenant is nowhere', async () => {
  const upload = await scene.uploaded(await scene.aTenant(), 'x')
  const tenantId = await scene.aTenant()
  const { importId } = upload
  expect(await scene.run('loadImport', { tenantId, importId })).toBeNull()
  expect(await scene.run('previewImport', { tenantId, importId, atMs: 0 })).toBeNull()
  expect(await scene.run('importStatements', { tenantId, importId })).toBeNull()
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
