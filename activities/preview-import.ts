import { randomUUID } from 'node:crypto'
import type { DatabaseTransactionConnection } from 'slonik'
import * as csvProfiles from '../db/queries/csv-profiles.ts'
import * as importAccounts from '../db/queries/import-accounts.ts'
import type { Run } from '../db/queries/import-slices.ts'
import * as staging from '../db/queries/import-staging.ts'
import type { BegunPreview } from '../db/queries/import-states.ts'
import * as importStates from '../db/queries/import-states.ts'
import { withTenant } from '../db/tenant.ts'
import type {
  ImportOptions,
  ImportProblem,
  ImportSnapshot,
  LayoutAnswers,
  PreviewTotals,
} from '../domain/statement-import.ts'
import { previewLifeMs } from '../domain/statement-import.ts'
import { problem } from '../statement-files/problem.ts'
import { compareLines } from './compare-lines.ts'
import type { Deps } from './deps.ts'
import { withHeartbeat } from './heartbeat.ts'
import type { ImportAt } from './import-records.ts'
import type { Judged } from './judge-statements.ts'
import { judgeStatements, numbersOf, totalsOf, unknownAccounts } from './judge-statements.ts'
import { readFile } from './read-file.ts'
import { mustBeCurrent, stageLines } from './stage-lines.ts'
import type { Survey } from './survey-file.ts'
import { surveyFile } from './survey-file.ts'

/** How many statements one SQL statement writes. */
const statementsMax = 500

/**
 * Reads the file and says what an import of it would do; writes nothing but staged lines. Retry-safe: every attempt begins
 * anew, and an older one that still lives stops at its next write.
 */
export const createPreviewImport = (deps: Deps) =>
  async function previewImport(input: ImportAt): Promise<ImportSnapshot | null> {
    const { tenantId, importId } = input
    const at = { tenantId, importId, attempt: randomUUID() }
    const begun = await withTenant(deps.pool, tenantId, (tx) =>
      importStates.beginPreview(tx, importId, at.attempt),
    )
    if (begun !== null)
      await withHeartbeat((progress) => preview(deps, { ...input, ...at }, { begun, progress }))
    return withTenant(deps.pool, tenantId, (tx) => importStates.maybeOneSnapshot(tx, importId))
  }

interface Work {
  begun: BegunPreview
  progress: (lines: number) => void
}

type Attempting = ImportAt & { attempt: string }

const preview = async (deps: Deps, at: Attempting, { begun, progress }: Work): Promise<void> => {
  const { bytes, name } = await readFile(deps, at.tenantId, begun.fileId)
  const looked = await look(deps, at, { bytes, options: { ...begun.options, name } })
  const { survey, judged, options } = looked
  const run: Run = (work) =>
    withTenant(deps.pool, at.tenantId, async (tx) => {
      await mustBeCurrent(tx, at)
      return work(tx)
    })
  while (await run((tx) => staging.clearSome(tx, at.importId)));
  await run((tx) => keepStatements(tx, at.importId, judged))
  await stageLines(deps, at, { bytes, options, judged, format: survey.format, progress })
  const { importId } = at
  await compareLines({ run, progress }, { importId, source: sourceOf(survey) ?? '' })
  await run((tx) => finish(tx, at, { ...looked, revision: begun.revision }))
}

interface Looked {
  survey: Survey
  judged: Judged[]
  options: ImportOptions & { name: string }
  usesProfile: boolean
}

/** Looks at the file, a second time where answers are known from an earlier file of the same header. */
const look = async (
  deps: Deps,
  at: Attempting,
  { bytes, options }: { bytes: Uint8Array; options: ImportOptions & { name: string } },
): Promise<Looked> => {
  const survey = await surveyFile(bytes, options)
  const judged = await judgeAll(deps, at, { survey, options })
  const answers = await savedAnswers(deps, at, { survey, judged })
  if (answers === null || options.csv !== undefined)
    return { survey, judged, options, usesProfile: false }
  const answered = { ...answers, ...options }
  const again = await surveyFile(bytes, answered)
  return {
    survey: again,
    judged: await judgeAll(deps, at, { survey: again, options: answered }),
    options: answered,
    usesProfile: true,
  }
}

const judgeAll = async (
  { pool }: Deps,
  { tenantId }: Attempting,
  { survey, options }: { survey: Survey; options: ImportOptions },
): Promise<Judged[]> => {
  const chosen = [options.accountId, ...(options.accounts ?? []).map(({ accountId }) => accountId)]
  const ids = chosen.flatMap((id) => id ?? [])
  const known = await withTenant(pool, tenantId, (tx) =>
    importAccounts.listKnownAccounts(tx, { numbers: numbersOf(survey), ids }),
  )
  return judgeStatements(survey, known, options)
}

/** What was answered about the header of this file for its account: another bank may write the same header otherwise. */
const savedAnswers = async (
  { pool }: Deps,
  { tenantId }: Attempting,
  { survey, judged }: Pick<Looked, 'survey' | 'judged'>,
): Promise<LayoutAnswers | null> => {
  const header = survey.layout?.headerFingerprint
  if (header === null || header === undefined) return null
  const profiles = await withTenant(pool, tenantId, (tx) => csvProfiles.listByHeader(tx, header))
  const accountIds = new Set(judged.map(({ accountId }) => accountId))
  return profiles.find(({ accountId }) => accountIds.has(accountId))?.answers ?? null
}

const keepStatements = async (
  tx: DatabaseTransactionConnection,
  importId: string,
  judged: readonly Judged[],
): Promise<void> => {
  for (let from = 0; from < judged.length; from += statementsMax) {
    const some = judged.slice(from, from + statementsMax)
    await staging.addStatements(
      tx,
      importId,
      some.map(({ accountCurrency: _known, ...statement }) => statement),
    )
  }
}

/** Files of one source word the same fact in the same way. */
const sourceOf = ({ format, layout }: Survey): string | null =>
  format === 'csv' ? `csv ${layout?.headerFingerprint ?? ''}` : format

const finish = async (
  tx: DatabaseTransactionConnection,
  { importId, atMs }: Attempting,
  { survey, judged, usesProfile, revision }: Looked & { revision: number },
): Promise<void> => {
  const source = sourceOf(survey)
  const ofFile = [...survey.problems, ...unknownAccounts(judged)]
  const totals = { ...totalsOf(judged, ofFile), ...(await staging.sumMatches(tx, importId)) }
  const earlier = await importStates.maybeOneEarlier(tx, importId)
  const { format, formatVersion, encoding, layout } = survey
  await importStates.finishPreview(tx, importId, {
    preview: {
      format,
      formatVersion,
      encoding,
      layout,
      usesProfile,
      problems: [...ofFile, ...(earlier === null ? [] : [again(earlier)]), ...present(totals)],
      totals,
    },
    revision,
    source,
    expiresAtMs: atMs + previewLifeMs,
  })
}

const again = ({
  importedAt,
  requestedBy,
}: {
  importedAt: string
  requestedBy: string
}): ImportProblem =>
  problem('already_imported', {
    date: importedAt.slice(0, 10),
    userKnown: requestedBy === '' ? 'no' : 'yes',
    user: requestedBy,
  })

const present = ({ alreadyPresent, possibleDuplicates, lines }: PreviewTotals): ImportProblem[] => [
  ...(alreadyPresent === 0
    ? []
    : [problem('lines_already_present', { n: alreadyPresent, total: lines })]),
  ...(possibleDuplicates === 0 ? [] : [problem('possible_duplicates', { n: possibleDuplicates })]),
]
