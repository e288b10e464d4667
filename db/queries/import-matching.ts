/** Says which staged lines of a file are stored already. Preview and import ask the same. */
import type { DatabaseTransactionConnection } from 'slonik'
import { sql } from 'slonik'
import { z } from 'zod'
import type { Position } from './import-comparisons.ts'
import * as comparisons from './import-comparisons.ts'
import { forget, isShown, pair, pairByKey } from './import-pairing.ts'
import type { Around, Matching, Rule, Sign } from './import-rules.ts'
import { amountOf, apart, daysMax, near, otherDay, sameDay } from './import-rules.ts'
import type { Run, Slice } from './import-slices.ts'
import { countOpen, listSlices, sliceLines } from './import-slices.ts'
import { joinAtOnce } from './import-staging.ts'

type Tx = DatabaseTransactionConnection
type Fragment = ReturnType<typeof sql.fragment>

const storedKey = sql.fragment`stored_key`
const nearKey = sql.fragment`near_key`

interface Step {
  /** Pairs lines of one slice and returns how many it paired. */
  apply: (tx: Tx, slice: Slice, around: Around) => Promise<number>
  /** Where no stored line shows this sign of an open one, there is nothing to do. */
  gate?: Sign
}

const byRule = (rule: Rule, column: Fragment) => (tx: Tx, slice: Slice, around: Around) =>
  pair(tx, { slice, around }, { rule, column })

/** Sure rules first; each is tried on all slices before the next, so that slices change nothing. */
const steps: readonly Step[] = [
  ...sameDay.map((rule) => ({ apply: byRule(rule, storedKey) })),
  ...otherDay.flatMap((rule) =>
    apart(daysMax).map((days) => ({
      apply: byRule({ ...rule, days }, storedKey),
      gate: rule.sign,
    })),
  ),
  { apply: (tx, slice, around) => pairByKey(tx, around, slice) },
  ...near.map((rule) => ({ apply: byRule(rule, nearKey), gate: amountOf })),
]

interface Comparing {
  /** How many lines one SQL statement compares. */
  max?: number
  /** Called after each slice of each step. */
  progress?: () => void | Promise<void>
}

/**
 * Finds for each staged line of an account the stored line that it is, or may be, slice by slice. What was found for lines
 * that are settled stays; what was found for others, while the account was another, is forgotten. Who is broken off goes on
 * where it ended.
 */
export const match = async (
  run: Run,
  matching: Matching,
  { max = sliceLines, progress = () => undefined }: Comparing = {},
): Promise<void> => {
  const begun = await run((tx) => comparisons.begin(tx, matching))
  const slices = await listSlices(run, matching, max)
  const days = slices.length === 0 ? null : await run((tx) => lookAtDays(tx, matching, slices))
  if (days !== null) {
    const work = { matching: { ...matching, ...days }, slices, progress }
    if (begun.step === 0 && !begun.isFirst) await forgetAll(run, work)
    if (await run((tx) => hasStored(tx, work.matching))) await takeSteps(run, work, begun)
  }
  await run((tx) => comparisons.finish(tx, matching, begun.seq))
}

interface Work {
  matching: Around
  slices: (Slice & { open: number })[]
  progress: () => void | Promise<void>
}

const forgetAll = async (run: Run, { matching, slices, progress }: Work): Promise<void> => {
  for (const slice of slices) {
    await run((tx) => forget(tx, matching, slice))
    slice.open = await run((tx) => countOpen(tx, matching, slice))
    await progress()
  }
}

/** Step 0 is to forget; the others follow in their order. */
const takeSteps = async (
  run: Run,
  { matching, slices, progress }: Work,
  from: Position,
): Promise<void> => {
  const gates = new Map<Sign, Map<Slice, boolean>>()
  for (const [index, step] of steps.entries()) {
    if (index + 1 < from.step) continue
    const shown = gateOf(gates, step)
    for (const [number, slice] of slices.entries()) {
      if (slice.open === 0 || (index + 1 === from.step && number < from.slice)) continue
      const next = { step: index + 1, slice: number + 1 }
      slice.open -= await run(async (tx) => {
        await joinAtOnce(tx)
        const { gate } = step
        if (gate !== undefined && !shown.has(slice))
          shown.set(slice, await isShown(tx, { slice, around: matching }, gate))
        const pairs = shown.get(slice) === false ? 0 : await step.apply(tx, slice, matching)
        await comparisons.note(tx, matching, next)
        return pairs
      })
      await progress()
    }
  }
}

const gateOf = (gates: Map<Sign, Map<Slice, boolean>>, { gate }: Step): Map<Slice, boolean> => {
  if (gate === undefined) return new Map()
  const known = gates.get(gate) ?? new Map<Slice, boolean>()
  gates.set(gate, known)
  return known
}

const daysRow = z.object({ fromOn: z.string(), toOn: z.string() })

/** The first and the last day of the account in the file: of its lines, and as its statements claim. */
const lookAtDays = (
  tx: Tx,
  { importId, accountId }: Matching,
  slices: readonly Slice[],
): Promise<z.infer<typeof daysRow>> =>
  tx.one(sql.type(daysRow)`
    SELECT least(${slices.at(0)?.after.on ?? null}::date + 1, min((summary ->> 'from')::date))
        AS "fromOn",
      greatest(${slices.at(-1)?.upTo.on ?? null}::date, max((summary ->> 'to')::date)) AS "toOn"
    FROM import_statement
    WHERE import_id = ${importId} AND account_id = ${accountId}
      AND verdict IN ('importable', 'waiting')`)

const isThereRow = z.object({ isThere: z.boolean() })

const hasStored = async (tx: Tx, around: Around): Promise<boolean> => {
  const { isThere } = await tx.one(sql.type(isThereRow)`
    SELECT EXISTS (
      SELECT FROM statement_line
      WHERE account_id = ${around.accountId} AND NOT is_reverted
        AND booked_on BETWEEN ${around.fromOn}::date - ${daysMax}::int
          AND ${around.toOn}::date + ${daysMax}::int
    ) AS "isThere"`)
  return isThere
}
