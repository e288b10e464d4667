import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { runProgram, type Ended } from '../support/run-program.ts'
import {
  anImport,
  aRefusal,
  openImportService,
  type Answer,
  type ImportService,
} from './support/import-service.ts'

const root = path.resolve(import.meta.dirname, '../..')
const bin = path.join(root, 'scripts/banksync.mjs')
const good = path.join(root, 'test/fixtures/statement-files/coda/synthetic__ok_latin1.cod')

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'banksync-import-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

let service: ImportService
afterEach(() => service.close())

interface Given {
  interruptAt?: string
  program?: [string, ...string[]]
}

const banksync = (args: readonly string[], { program, ...given }: Given = {}): Promise<Ended> =>
  runProgram([...(program ?? [process.execPath, bin]), ...args], {
    ...given,
    env: { BANKSYNC_URL: service.url, BANKSYNC_API_KEY: 'k' },
  })

/** Opens a service whose import is in the state that `states` gives for the latest command. */
const open = async (
  states: Record<string, string>,
  changed: (state: string) => object = () => ({}),
): Promise<void> => {
  service = await openImportService((_call, calls): Answer => {
    const command = calls.findLast((each) => !each.startsWith('GET')) ?? ''
    const state = states[command]
    return state === undefined
      ? aRefusal(409, 'conflict')
      : { body: anImport(state, changed(state)) }
  })
}

const upload = 'POST /v1/imports'
const confirmation = 'POST /v1/imports/ID/confirmations'
const removal = 'DELETE /v1/imports/ID'

const commands = (): string[] => service.calls.filter((call) => !call.startsWith('GET'))

describe('a preview that is not confirmed is thrown away, and the document says so', () => {
  test('after a dry run, which is fine', async () => {
    await open({ [upload]: 'preview', [removal]: 'discarded' })
    const ended = await banksync(['import', good, '--dry-run', '--json'])
    expect(ended.code, ended.stderr).toBe(0)
    expect(JSON.parse(ended.stdout)).toMatchObject({ state: 'discarded' })
    expect(ended.stderr).toContain('this was a dry run')
    expect(commands()).toEqual([upload, removal])
  })

  test('where nobody agreed', async () => {
    await open({ [upload]: 'preview', [removal]: 'discarded' })
    const ended = await banksync(['import', good])
    expect([ended.code, commands()]).toEqual([2, [upload, removal]])
    expect(ended.stdout).toContain('--yes')
  })

  test('where a question is open, which is told with the option that answers it', async () => {
    const { preview } = anImport('preview')
    const question = {
      code: 'account_unknown',
      severity: 'question',
      position: null,
      params: { account: 'none' },
      message: 'The file names no account.',
    }
    const asking = {
      preview: { ...preview, totals: { ...preview.totals, questions: 1 }, problems: [question] },
    }
    await open({ [upload]: 'preview', [removal]: 'discarded' }, () => asking)
    const ended = await banksync(['import', good, '--yes'])
    expect([ended.code, commands()]).toEqual([2, [upload, removal]])
    expect(ended.stdout).toContain('Answer with --account NUMBER-OR-ID')
    expect(ended.stdout).toContain('Nothing was imported: a question is open.')
  })

  test('where a correction is refused', async () => {
    await open({ [upload]: 'previewing', [removal]: 'discarded' })
    const ended = await banksync(['import', good, '--map', 'BE1=x'])
    expect([ended.code, commands()]).toEqual([2, [upload, 'PATCH /v1/imports/ID', removal]])
  })

  test('where it is interrupted', async () => {
    await open({ [upload]: 'previewing', [removal]: 'discarded' })
    const ended = await banksync(['import', good], { interruptAt: 'Reading' })
    expect(ended.code, ended.stderr).toBe(130)
    expect(ended.stderr).toContain('Interrupted: nothing was imported.')
    expect(commands()).toEqual([upload, removal])
  })
})

describe('an import that was confirmed', () => {
  test('ends with what was added and how to take it back', async () => {
    await open({ [upload]: 'preview', [confirmation]: 'imported' }, (state) =>
      state === 'imported' ? { linesAdded: 1 } : {},
    )
    const ended = await banksync(['import', good, '--yes'])
    expect(ended.code, ended.stderr).toBe(0)
    expect(ended.stdout).toMatch(/Imported: 1 line added, 0 already[^]*banksync -- revert 9c6c07c2/)
  })

  test('is confirmed again where a correction has the file read once more', async () => {
    const notReady = { status: 409, body: { code: 'conflict', why: 'not_ready' } }
    service = await openImportService((call, calls) => {
      const tries = calls.filter((each) => each === confirmation).length
      if (call === confirmation && tries < 3) return notReady
      return { body: anImport(tries === 3 ? 'imported' : 'preview') }
    })
    const ended = await banksync(['import', good, '--yes', '--date-order', 'dmy'])
    expect(ended.code, ended.stderr).toBe(0)
  })

  test('is refused at last where the service never gets ready', async () => {
    service = await openImportService((call) =>
      call === confirmation
        ? { status: 409, body: { code: 'conflict', why: 'not_ready' } }
        : { body: anImport('preview') },
    )
    const ended = await banksync(['import', good, '--yes'])
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('conflict')])
  })

  test('goes on in the service where it is interrupted, and is told how to be taken back', async () => {
    await open({ [upload]: 'preview', [confirmation]: 'importing' })
    const ended = await banksync(['import', good, '--yes'], { interruptAt: 'Importing' })
    expect(ended.code, ended.stderr).toBe(130)
    expect(ended.stderr).toMatch(/goes on with the import[^]*banksync -- revert 9c6c07c2/)
    expect(commands()).toEqual([upload, confirmation])
  })

  test('tells how it can be taken back also where its end is not seen', async () => {
    service = await openImportService((call, calls) => {
      if (calls.includes(confirmation)) return aRefusal(503, 'service-unavailable')
      return { body: anImport('preview') }
    })
    const ended = await banksync(['import', good, '--yes'])
    expect(ended.code, ended.stderr).toBe(69)
    expect(ended.stderr).toMatch(/service-unavailable[^]*banksync -- revert 9c6c07c2/)
  })

  test.each([
    ['reverted', 2, 'Taken back'],
    ['discarded', 2, 'thrown away'],
    ['failed', 1, 'quote this reference'],
  ])('and is %s meanwhile ends with %i and says so', async (state, code, said) => {
    await open({ [upload]: 'preview', [confirmation]: state })
    const ended = await banksync(['import', good, '--yes'])
    expect([ended.code, ended.stderr]).toEqual([code, expect.not.stringContaining('at ')])
    expect(ended.stdout).toContain(said)
  })
})

test('an import that failed earlier is taken back, and its old failure is not told again', async () => {
  let looks = 0
  service = await openImportService((call) => {
    if (call.startsWith('GET')) looks += 1
    return { body: anImport(looks > 3 ? 'reverted' : 'failed', { failureReference: 'BS-OLD' }) }
  })
  const ended = await banksync(['revert', anImport('failed').id])
  expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('Taken back')])
})

describe('a file that cannot be sent', () => {
  test.each([
    ['a folder', '.', 'folder'],
    ['an empty file', 'empty.csv', 'is empty'],
    ['none', 'absent.csv', 'no such file'],
  ])('because it is %s is refused before anything is sent', async (_what, name, said) => {
    await open({})
    await writeFile(path.join(dir, 'empty.csv'), '')
    const ended = await banksync(['import', path.join(dir, name)])
    expect([ended.code, service.calls]).toEqual([2, []])
    expect(ended.stderr).toContain(said)
  })
})

test('a file that comes through a pipe is sent whole', async () => {
  await open({ [upload]: 'preview', [removal]: 'discarded' })
  const program: [string, ...string[]] = [
    'bash',
    '-c',
    `"$0" "$@" --dry-run <(printf 'one;two')`,
    process.execPath,
    bin,
  ]
  const ended = await banksync(['import'], { program })
  expect(ended.code, ended.stderr).toBe(0)
  expect(service.files).toEqual(['one;two'])
})

describe('an answer that helps nobody is said so that a person knows what to do', () => {
  test('a key that is not accepted names the options that give another', async () => {
    service = await openImportService(() => aRefusal(401, 'unauthenticated'))
    const ended = await banksync(['import', good])
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(/--key or BANKSYNC_API_KEY.* \(unauthenticated, BS-0000-0000\)/)
  })

  test('wrong fields are each named', async () => {
    const errors = [{ pointer: '/query/account', detail: 'Too long' }]
    const body = { code: 'validation-failed', detail: 'Not valid.', errors }
    service = await openImportService(() => ({ status: 400, body }))
    const ended = await banksync(['import', good])
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('account: Too long')])
  })

  test.each([
    ['a page', 404, '<!doctype html>'],
    ['JSON of something else', 405, { error: 'no' }],
    ['a page that is fine', 200, '<!doctype html>'],
  ])('%s is not the API', async (_what, status, body) => {
    service = await openImportService(() => ({ status, body }))
    const ended = await banksync(['import', good])
    expect([ended.code, ended.stderr]).toEqual([69, expect.stringContaining('Is --url right?')])
  })
})
