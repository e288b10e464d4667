import type { DatabaseTransactionConnection } from 'slonik'
import * as importStates from '../db/queries/import-states.ts'
import type { StagedLine } from '../db/queries/import-staging.ts'
import * as staging from '../db/queries/import-staging.ts'
import { withTenant } from '../db/tenant.ts'
import type { ImportOptions } from '../domain/statement-import.ts'
import type { ParsedLine } from '../statement-files/parsed.ts'
import type { Deps } from './deps.ts'
import type { Judged } from './judge-statements.ts'
import { partsOf } from './survey-file.ts'

/** What waits for the database survives a collection of garbage: few lines at a time keep memory small. */
const batchMax = 500
/** Characters kept of a name, an account or a reference; the text of a line has its own limit. */
const fieldMax = 1_000

/** One attempt at a preview; another one that begins stops it. */
export interface Attempt {
  tenantId: string
  importId: string
  attempt: string
}

/** Counts staged lines; throws where another attempt has begun since, so that this one stops. */
export const mustBeCurrent = async (
  tx: DatabaseTransactionConnection,
  { importId, attempt }: Attempt,
  lines = 0,
): Promise<void> => {
  if (!(await importStates.countStaged(tx, importId, { attempt, lines })))
    throw new Error('Another attempt previews this import.')
}

interface Staging {
  bytes: Uint8Array
  options: ImportOptions & { name: string }
  judged: readonly Judged[]
  /** Of the file; the files of an archive have their own. */
  format: string | null
  progress: (lines: number) => void
}

/** Stages the lines of every statement that may be imported, some at a time. */
export const stageLines = async (
  deps: Deps,
  at: Attempt,
  { bytes, options, judged, format, progress }: Staging,
): Promise<void> => {
  const wanted = new Map(
    judged
      .filter(({ verdict }) => verdict === 'importable' || verdict === 'waiting')
      .map((statement) => [statement.number, statement]),
  )
  if (wanted.size === 0) return
  let batch: StagedLine[] = []
  let staged = 0
  const flush = async (): Promise<void> => {
    await store(deps, at, batch)
    staged += batch.length
    progress(staged)
    batch = []
  }
  let number = 0
  for await (const part of partsOf(bytes, options)) {
    if (part.kind !== 'lines') continue
    for (const line of part.lines) {
      number += 1
      const statement = wanted.get(part.statement + 1)
      const row = statement && toStaged(line, { number, statement, format })
      if (row) batch.push(row)
      if (batch.length >= batchMax) await flush()
    }
  }
  if (batch.length > 0) await flush()
}

const store = ({ pool }: Deps, at: Attempt, lines: readonly StagedLine[]): Promise<void> =>
  withTenant(pool, at.tenantId, async (tx) => {
    await mustBeCurrent(tx, at, lines.length)
    await staging.stage(tx, at.importId, lines)
  })

interface Place {
  number: number
  statement: Judged
  format: string | null
}

const toStaged = (parsed: ParsedLine, { number, statement, format }: Place): StagedLine | null => {
  const { accountId, accountCurrency } = statement
  const { bookedOn } = parsed
  if (accountId === null || accountCurrency === null) return null
  if (bookedOn === null) {
    // a question explains it; without one, the statement would be imported without this line
    if (statement.verdict === 'waiting') return null
    throw new Error('A line without a day stands in a statement without a problem.')
  }
  // the standard of CODA warns against its references
  const hasReferences = (statement.member?.format ?? format) !== 'coda'
  return {
    number,
    statement: statement.number,
    accountId,
    line: lineOf(parsed, { bookedOn, currency: parsed.currency ?? accountCurrency }),
    bankReference: hasReferences ? limit(parsed.bankReference) : null,
    endToEndId: limit(parsed.endToEndId),
  }
}

const limit = (value: string | undefined): string | null => value?.slice(0, fieldMax) ?? null

const lineOf = (
  parsed: ParsedLine,
  { bookedOn, currency }: { bookedOn: string; currency: string },
): StagedLine['line'] => {
  const { raw: _written, ...kept } = parsed
  return {
    amount: parsed.amount,
    currency,
    bookedOn,
    text: parsed.text,
    raw: JSON.stringify(kept),
    ...(parsed.valueOn === undefined ? {} : { valueOn: parsed.valueOn }),
    ...limited('counterparty', parsed.counterparty),
    ...limited('counterpartyAccount', parsed.counterpartyAccount),
    ...limited('reference', parsed.reference),
  }
}

const limited = <Name extends string>(
  name: Name,
  value: string | undefined,
): Partial<Record<Name, string>> =>
  // oxlint-disable-next-line no-unsafe-type-assertion -- a computed name is typed as any text
  (value === undefined ? {} : { [name]: value.slice(0, fieldMax) }) as Partial<Record<Name, string>>
