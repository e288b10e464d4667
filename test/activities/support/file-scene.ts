/** The activities of imports over a real database; files are given by the test. */
import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { MockActivityEnvironment } from '@temporalio/testing'
import { DefaultLogger } from '@temporalio/worker'
import type { FaultPoint } from '../../../activities/deps.ts'
import { createActivities } from '../../../activities/index.ts'
import { FailureInterceptor } from '../../../activities/interceptors.ts'
import * as accounts from '../../../db/queries/accounts.ts'
import * as events from '../../../db/queries/events.ts'
import * as statementFiles from '../../../db/queries/statement-files.ts'
import type { ImportView } from '../../../db/queries/statement-imports.ts'
import * as statementImports from '../../../db/queries/statement-imports.ts'
import * as lines from '../../../db/queries/statement-lines.ts'
import { withTenant } from '../../../db/tenant.ts'
import type { ImportOptions, ImportPreview } from '../../../domain/statement-import.ts'
import type { Linked } from '../../db/arrange.ts'
import { aLinkedAccount, arrange, aTenant } from '../../db/arrange.ts'
import { asAdministrator } from '../../support/template-database.ts'
import type { Activities } from './scene.ts'

/** The accounts that the fixtures name. */
export const iban = 'BE68539007547034'
export const secondIban = 'BE43966258584001'

/** A file of our own, by its path among the fixtures. */
export const fixture = (name: string): Promise<Buffer> =>
  readFile(new URL(`../../fixtures/statement-files/${name}`, import.meta.url))

/** A small file has several parts, and a large one no more than may be. */
const partBytesOf = (bytes: number): number => Math.max(500, Math.ceil(bytes / 100))

type Work = 'previewImport' | 'importStatements' | 'revertImport' | 'discardImport' | 'failImport'

export interface Upload {
  importId: string
  preview: () => Promise<ImportPreview>
  view: () => Promise<ImportView>
  run: (name: Work) => ReturnType<Activities['previewImport']>
  correct: (options: ImportOptions) => Promise<void>
}

/** Opens a database of its own; `end` it in `afterAll`. */
export const openFileScene = async () => {
  const database = await arrange()
  const { pool, vault, adminUrl } = database
  let reached: (point: FaultPoint) => void = () => undefined
  const activities = createActivities({
    pool,
    vault,
    providers: new Map(),
    publicUrl: 'http://127.0.0.1:9',
    reach: async (point) => reached(point),
  })

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
    withTenant(pool, tenantId, async (tx) => {
      const id = randomUUID()
      const made = { id, number: number ?? id, name: 'Files', currency, journalRef: null }
      await accounts.createForFiles(tx, made)
      return id
    })

  /** An uploaded file with an import that nobody has looked at. */
  const uploaded = async (
    tenantId: string,
    bytes: Buffer | string,
    options: ImportOptions = {},
  ): Promise<Upload> => {
    const content = Buffer.from(bytes)
    const [fileId, importId] = [randomUUID(), randomUUID()]
    const partBytes = partBytesOf(content.length)
    await withTenant(pool, tenantId, async (tx) => {
      await statementFiles.begin(tx, { id: fileId, name: 'march.cod' })
      for (let from = 0, number = 1; from < content.length; from += partBytes, number += 1) {
        const part = content.subarray(from, from + partBytes)
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
    withTenant(pool, tenantId, (tx) => lines.listFeed(tx, accountId, { afterSeq: 0, limit: 1_000 }))

  const standing = async (tenantId: string, accountId: string): Promise<string[]> =>
    (await feedOf(tenantId, accountId))
      .filter(({ op }) => op !== 'removed')
      .map(({ line }) => `${line.bookedOn} ${line.amount}`)
      .toSorted()

  const countStanding = (tenantId: string, accountId: string): Promise<number> =>
    asAdministrator(adminUrl, async (client) => {
      const { rowCount } = await client.query(
        `SELECT FROM statement_line
         WHERE tenant_id = $1 AND account_id = $2 AND removed_at IS NULL`,
        [tenantId, accountId],
      )
      return rowCount ?? 0
    })

  const eventsOf = async (tenantId: string): Promise<string[]> =>
    (await withTenant(pool, tenantId, (tx) => events.list(tx, 0, 100))).map(({ type }) => type)

  /** A linked account with a number, so that files find it. */
  const aNumberedAccount = async (): Promise<Linked> => {
    const account = await aLinkedAccount(pool)
    await asAdministrator(adminUrl, (client) =>
      client.query('UPDATE account SET number = $1 WHERE id = $2', [iban, account.accountId]),
    )
    return account
  }

  return {
    ...database,
    run,
    aTenant: () => aTenant(pool),
    aFileAccount,
    aNumberedAccount,
    uploaded,
    feedOf,
    standing,
    countStanding,
    eventsOf,
    /** What happens between two steps from now on. */
    whenReached: (what: (point: FaultPoint) => void) => {
      reached = what
    },
  }
}

export const codes = (problems: readonly { code: string }[] = []): string[] =>
  problems.map(({ code }) => code)
