import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { DeterminismViolationError } from '@temporalio/workflow'
import { beforeAll, describe, expect, test } from 'vitest'
import { replay } from './support/replay.ts'
import { quiet } from './support/world.ts'

beforeAll(quiet)

/** Every kind of life a workflow has had, recorded from a real one; all of them must replay for ever. */
const folder = path.resolve(import.meta.dirname, '../histories')
const files = ['connection', 'statementImport'].flatMap((type) =>
  readdirSync(path.join(folder, type))
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${type}/${name}`),
)

/** Histories of a kind; another kind may end in the same word. */
const filesOf = (kind: string): string[] =>
  files.filter((name) => /^\d{4}-\d\d-\d\d-(.+)\.json$/.exec(path.basename(name))?.[1] === kind)

const fileOf = (kind: string): string => {
  const [name] = filesOf(kind)
  if (name === undefined) throw new Error(`No history of the kind ${kind} is kept.`)
  return name
}

const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8')

describe('every recorded history', () => {
  test.for(files)('replays: %s', async (name) => {
    await replay(read(name))
  })

  test.for([
    'first-synchronization',
    'linked-synchronized-continued-as-new',
    'settings-failure-renewal-disconnected',
    'linked-and-read',
    'renewed',
    'outage',
    'week-of-slots',
    'continued',
    'closed-while-reading',
    'mfa-answered',
    'mfa-signalled',
    'mfa-expired',
    'imported',
    'corrected-and-imported',
    'correction-read-twice',
    'correction-read-once',
    'reverted',
  ])('is kept: one of the kind %s', (kind) => {
    expect(filesOf(kind)).not.toEqual([])
  })

  test.for(files)('holds ids, codes and instants only: %s', (name) => {
    const payloads = [...read(name).matchAll(/"data": ?"([^"]+)"/g)].map(([, data]) =>
      Buffer.from(data ?? '', 'base64').toString(),
    )
    expect(payloads.length).toBeGreaterThan(3)
    for (const payload of payloads)
      expect(payload).not.toMatch(/iban|token|secret|BE\d{14}|https?:/i)
  })
})

describe('a workflow that would decide differently', () => {
  // the same lives, had they been led by other code
  test.for([
    ['another first activity', 'outage', '"loadConnection"', '"loadSomethingElse"'],
    ['another activity for a read', 'week-of-slots', '"syncConnection"', '"readConnection"'],
    ['another activity for an import', 'imported', '"importStatements"', '"importLines"'],
  ] as const)('is noticed: %s', async ([, kind, recorded, other]) => {
    const name = fileOf(kind)
    expect(read(name)).toContain(recorded)
    const drifted = read(name).replaceAll(recorded, other)
    await expect(replay(drifted)).rejects.toThrow(DeterminismViolationError)
  })
})
