import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runProgram, type Ended } from '../support/run-program.ts'
import { freePort } from '../../scripts/ports.ts'

const root = path.resolve(import.meta.dirname, '../..')
const bin = path.join(root, 'scripts/banksync.mjs')
const fixtures = path.join(root, 'test/fixtures/statement-files')
const good = path.join(fixtures, 'coda/synthetic__ok_latin1.cod')
const unbalanced = path.join(fixtures, 'coda/synthetic__bad_balance.cod')

const banksync = (...args: string[]): Promise<Ended> => runProgram([process.execPath, bin, ...args])

const documentsOf = ({ stdout }: Ended) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'banksync-command-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('parse', () => {
  test('prints one document a file and nothing else, found by npm from any folder of the package', async () => {
    // a cache of its own and no network: what npm needs is here
    const env = { npm_config_cache: dir, npm_config_offline: 'true' }
    const options = { cwd: path.join(fixtures, 'coda'), env }
    const files = ['synthetic__ok_latin1.cod', 'synthetic__ok_utf8.cod']
    const ended = await runProgram(
      ['npm', 'exec', 'banksync', '--', 'parse', '--json', ...files],
      options,
    )
    expect(ended.code, ended.stderr).toBe(0)
    const documents = documentsOf(ended)
    expect(documents.map(({ file, format }) => [file, format])).toEqual(
      files.map((file) => [file, 'coda']),
    )
    const [statement] = documents[0].statements
    expect(statement.lines.length).toBe(statement.lineCount)
    for (const { amount } of statement.lines) expect(amount).toMatch(/^-?\d+\.\d{2}$/)
  })

  test('ends with 2 where anything is refused, and says everything of the rest', async () => {
    const ended = await banksync('parse', '--json', good, unbalanced)
    expect(ended.code).toBe(2)
    const [first, second] = documentsOf(ended)
    const errorsOf = ({ statements }: typeof first): string[] =>
      statements[0].problems
        .filter(({ severity }: { severity: string }) => severity === 'error')
        .map(({ code }: { code: string }) => code)
    expect([errorsOf(first), errorsOf(second)]).toEqual([[], ['balance_mismatch']])
  })

  test('says of a path that cannot be read why, in its document, and goes on with the next', async () => {
    const ended = await banksync('parse', '--json', '--lang', 'nl', 'absent.cod', fixtures, good)
    expect(ended.code).toBe(2)
    expect(documentsOf(ended)).toMatchObject([
      { format: null, problems: [{ code: 'unreadable', message: 'Dit bestand bestaat niet.' }] },
      { format: null, problems: [{ code: 'unreadable' }] },
      { format: 'coda', problems: [] },
    ])
  })

  test('refuses a file beyond the limit without reading it', async () => {
    const file = path.join(dir, 'large.csv')
    await writeFile(file, Buffer.alloc(51 * 1024 * 1024, 'x'))
    const ended = await banksync('parse', '--json', file)
    expect(ended.code).toBe(2)
    expect(documentsOf(ended)).toMatchObject([{ problems: [{ code: 'too_large' }] }])
  })

  test('takes the answer to a question as an option', async () => {
    const file = path.join(dir, 'ambiguous.csv')
    await writeFile(file, 'Date,Amount,Text\n03/04/2026,-12.50,Coffee\n05/06/2026,20.00,Refund\n')
    const asked = await banksync('parse', '--json', file)
    expect(asked.code).toBe(2)
    expect(asked.stdout).toContain('date_order_ambiguous')
    expect((await banksync('parse', file)).stdout).toMatch(/2 lines .* question open/)
    const answered = await banksync('parse', '--json', '--date-order', 'dmy', file)
    expect(answered.code, answered.stdout).toBe(0)
    const [{ statements }] = documentsOf(answered)
    expect(statements[0].lines[0]).toMatchObject({ bookedOn: '2026-04-03', amount: '-12.50' })
  })

  test('without --json tells people what a file says and where it is wrong', async () => {
    const { code, stdout } = await banksync('parse', good, unbalanced)
    expect(code).toBe(2)
    expect(stdout).toMatch(/synthetic__ok_latin1\.cod: coda 2, encoding windows-1252/)
    expect(stdout).toMatch(/opening -?\d+\.\d\d .*closing -?\d+\.\d\d .*can be imported/)
    expect(stdout).toMatch(/error: .* \(record \d+, positions 43–57\)/)
  })
})

describe('a wrong command line', () => {
  test.each([
    [['nonsense'], 'no command called nonsense'],
    [['parse'], 'at least one file'],
    [['parse', '--lang', 'xx', good], 'en fr nl'],
    [['import', good, '--key', 'k'], '--url'],
    [['import', good, '--url', 'http://localhost'], '--key'],
    [['import', good, '--url', 'http://localhost', '--key', 'k', '--columns', 'x'], 'booked_on'],
    [
      ['import', good, '--url', 'http://localhost', '--key', 'k', '--encoding', 'x'],
      '--encoding is one of',
    ],
    [['revert', '--url', 'http://localhost', '--key', 'k'], 'id of one import'],
    [['revert', '--url', 'http://localhost', '--key', 'k', 'x'], 'id of one import'],
  ])('%j ends with 64 and says what is missing', async (args, said) => {
    const { code, stderr, stdout } = await runProgram([process.execPath, bin, ...args], {
      env: { BANKSYNC_URL: '', BANKSYNC_API_KEY: '' },
    })
    expect([code, stdout]).toEqual([64, ''])
    expect(stderr).toContain(said)
  })
})

test('an API that does not answer is told apart from a refusal', async () => {
  const port = await freePort(0)
  const { code, stderr } = await banksync(
    'import',
    good,
    '--key',
    'k',
    '--url',
    `http://127.0.0.1:${port}`,
  )
  expect(code).toBe(69)
  expect(stderr).toContain('does not answer')
})
