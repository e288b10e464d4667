import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { amountOfCents } from '../../bench/statement-files/amount-of-cents.ts'
import { readConfig } from '../../config.ts'
import { ApiProblem, waitFor } from '../../scripts/erp.ts'
import { connectTemporal } from '../../temporal.ts'
import { everythingKept } from '../bad-days/support/everything-kept.ts'
import { openStage, type Stage } from '../bad-days/support/stage.ts'
import { beginFirstRun, link, runDone } from '../bad-days/support/synced.ts'
import { hasReference, referenceFolder } from '../sandbox/reference.ts'
import {
  accountFor,
  aFile,
  banksync,
  beginImport,
  booksOf,
  imported,
  importOf,
  reverted,
} from './support/file-customer.ts'
import { aMonth, asCamt, asCoda, type Month } from './support/month.ts'

let first: Stage
beforeAll(async () => {
  first = await openStage()
})
afterAll(() => first.close())

/** What the books must hold of a month. */
const truthOf = ({ movements }: Month): string[] =>
  movements.map(({ on, cents }) => `${on} ${amountOfCents(cents)}`).toSorted()

/** The bank of a connection whose history is this month; returns the name it is found under. */
const openBank = async ({ stack }: Stage, month: Month): Promise<string> => {
  const name = `File Bank ${month.iban.slice(-6)}`
  const query = new URLSearchParams({ format: 'camt053', bank: name })
  const answer = await fetch(
    new URL(`/__sim/lines/import?${query.toString()}`, stack.urls.sandboxControl),
    { method: 'POST', headers: { 'content-type': 'application/xml' }, body: asCamt(month) },
  )
  expect(answer.ok, await answer.text()).toBe(true)
  // a bank that opened just now is in the catalogue tomorrow; an operator does not wait for that
  const temporal = connectTemporal(readConfig({ ...process.env, ...stack.env }))
  await temporal.schedule.getHandle('institution-catalogue/ponto').trigger()
  await temporal.connection.close()
  return name
}

const fetched = async (stage: Stage, month: Month) => {
  const linked = await link(stage, await openBank(stage, month))
  const { id } = await beginFirstRun(stage, linked)
  const [account] = linked.accounts
  if (account === undefined) throw new Error('the bank shows no account')
  return { accountId: account.id, run: await runDone(stage, id) }
}

test('a CAMT and a CODA of the same month add each line once, twins included; each is taken back exactly', async () => {
  const stage = await first.asNewTenant()
  const month = aMonth(1_000_000_100, 'ONCE')
  const accountId = await accountFor(stage, month.iban)
  const camt = await imported(stage, await aFile(stage, 'once.xml', asCamt(month)))
  expect(camt).toMatchObject({ state: 'imported', linesAdded: 20 })
  expect(await booksOf(stage, accountId)).toEqual(truthOf(month))
  const coda = await imported(stage, await aFile(stage, 'once.cod', asCoda(month)))
  expect(coda).toMatchObject({ linesAdded: 0, preview: { totals: { alreadyPresent: 20 } } })
  expect(await booksOf(stage, accountId)).toEqual(truthOf(month))
  expect(await reverted(stage, coda)).toMatchObject({ state: 'reverted', linesRemoved: 0 })
  expect(await booksOf(stage, accountId)).toEqual(truthOf(month))
  expect(await reverted(stage, camt)).toMatchObject({ state: 'reverted', linesRemoved: 20 })
  expect(await booksOf(stage, accountId)).toEqual([])
  const again = await imported(stage, await aFile(stage, 'again.cod', asCoda(month)))
  expect(again.linesAdded).toBe(20)
  expect(await booksOf(stage, accountId)).toEqual(truthOf(month))
})

test('a CODA over a period that a connection has read adds nothing, and taking it back takes nothing', async () => {
  const stage = await first.asNewTenant()
  const month = aMonth(1_000_000_200, 'READ')
  const { accountId, run } = await fetched(stage, month)
  expect(run.linesAdded).toBe(20)
  const coda = await imported(stage, await aFile(stage, 'read.cod', asCoda(month)))
  expect(coda).toMatchObject({ linesAdded: 0, preview: { totals: { alreadyPresent: 20 } } })
  expect(await reverted(stage, coda)).toMatchObject({ linesRemoved: 0 })
  expect(await booksOf(stage, accountId)).toEqual(truthOf(month))
})

test('a connection that reads a period which a file has brought adds nothing', async () => {
  const stage = await first.asNewTenant()
  const month = aMonth(1_000_000_300, 'FILE')
  const own = await accountFor(stage, month.iban)
  await imported(stage, await aFile(stage, 'file.cod', asCoda(month)))
  const { accountId, run } = await fetched(stage, month)
  expect(accountId).toBe(own)
  expect(run).toMatchObject({ outcome: 'ok', linesAdded: 0 })
  expect(await booksOf(stage, own)).toEqual(truthOf(month))
})

test('a worker killed between two statements goes on where it was, and adds no line twice', async () => {
  const stage = await first.asNewTenant()
  const { worker } = stage.stack.processes
  const month = aMonth(1_000_000_400, 'KILL')
  const accountId = await accountFor(stage, month.iban)
  stage.arm({ point: 'import.after-statement', hit: 3, signal: 'SIGKILL' })
  const id = await beginImport(stage, { name: 'killed.cod', text: asCoda(month) })
  await worker.ended()
  expect((await booksOf(stage, accountId)).length).toBeLessThan(20)
  await worker.restart()
  const done = await waitFor(
    'the end of the import',
    async () => {
      const one = await importOf(stage, id)
      return one.state === 'imported' ? one : null
    },
    120_000,
  )
  expect(done.linesAdded).toBe(20)
  expect(await booksOf(stage, accountId)).toEqual(truthOf(month))
})

test('another tenant finds nothing of an import, whatever it asks', async () => {
  const [stage, other] = [await first.asNewTenant(), await first.asNewTenant()]
  const month = aMonth(1_000_000_500, 'ALIEN')
  await accountFor(stage, month.iban)
  const { id } = await imported(stage, await aFile(stage, 'alien.cod', asCoda(month)))
  const asked: [string, string, object?][] = [
    ['GET', ''],
    ['GET', '/file'],
    ['PATCH', '', { dateOrder: 'dmy' }],
    ['POST', '/confirmations', {}],
    ['DELETE', ''],
  ]
  for (const [method, below, body] of asked) {
    const answer = await other.erp
      .call(method, `/v1/imports/${id}${below}`, body)
      .catch((error: unknown) => error)
    expect(answer, `${method} ${below}`).toBeInstanceOf(ApiProblem)
    expect(answer).toMatchObject({ status: 404 })
  }
  expect(await other.erp.call('GET', '/v1/imports')).toMatchObject({ data: [] })
  expect((await importOf(stage, id)).state).toBe('imported')
})

test('nothing of a file stands in workflow histories or logs, and the file itself is kept unreadable', async () => {
  const stage = await first.asNewTenant()
  const mark = 'CANARY7F3A'
  const month = aMonth(1_000_000_600, mark)
  await accountFor(stage, month.iban)
  await imported(stage, await aFile(stage, `${mark}.xml`, asCamt(month)))
  const kept = await everythingKept(stage)
  const secrets = [mark, month.iban, ...month.movements.map(({ iban }) => iban)]
  const places = kept.filter(
    ({ place }) => /^(history|log) /.test(place) || place.includes('statement_file_part'),
  )
  expect(places.some(({ place }) => place.startsWith('history statement-import/'))).toBe(true)
  for (const { place, text } of places)
    for (const secret of secrets) expect(text.includes(secret), `${place}: ${secret}`).toBe(false)
  // where lines belong they are, so that a search which finds nothing would be noticed
  expect(kept.find(({ place }) => place.endsWith('.statement_line'))?.text).toContain(mark)
})

describe('a dry run', () => {
  test('shows what would be added and adds nothing', async () => {
    const stage = await first.asNewTenant()
    const month = aMonth(1_000_000_700, 'DRY')
    const accountId = await accountFor(stage, month.iban)
    const file = await aFile(stage, 'dry.xml', asCamt(month))
    const { code, stdout } = await banksync(stage, 'import', file, '--dry-run')
    expect([code, stdout]).toEqual([0, expect.stringContaining('this was a dry run')])
    expect(stdout).toContain(month.iban)
    expect(stdout).toContain('20 lines, 0 already there')
    expect(await booksOf(stage, accountId)).toEqual([])
  })

  test('of a file of an unknown account says which option answers, which then imports it', async () => {
    const stage = await first.asNewTenant()
    const month = aMonth(1_000_000_800, 'ASK')
    const accountId = await accountFor(stage, 'SAVINGS-1')
    const file = await aFile(stage, 'ask.xml', asCamt(month))
    const asked = await banksync(stage, 'import', file, '--dry-run')
    expect([asked.code, asked.stdout]).toEqual([2, expect.stringContaining('--map')])
    const answered = await imported(stage, file, '--map', `${month.iban}=${accountId}`)
    expect(answered.linesAdded).toBe(20)
    expect(await booksOf(stage, accountId)).toEqual(truthOf(month))
  })
})

const twins = ['account_statement-3', 'BE68793230773034-202412']

describe.skipIf(!hasReference('a CODA made of a CAMT file adds nothing over it'))(
  'files of a real bank',
  () => {
    test.each(twins)('%s: its CODA adds nothing over its CAMT', async (name) => {
      const stage = await first.asNewTenant()
      const folder = path.join(referenceFolder, 'samples')
      await accountFor(stage, 'BE68 7932 3077 3034')
      const camt = await imported(stage, path.join(folder, `camt053/subite__${name}.xml`))
      expect(camt.linesAdded).toBeGreaterThan(0)
      const coda = await imported(stage, path.join(folder, `coda/derived_subite__${name}.cod`))
      expect(coda).toMatchObject({
        linesAdded: 0,
        preview: { totals: { alreadyPresent: camt.linesAdded } },
      })
    })
  },
)
