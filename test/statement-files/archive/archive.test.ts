import iconv from 'iconv-lite'
import { expect, test } from 'vitest'
import { parseStatementFile } from '../../../statement-files/collect.ts'
import { codesOf, documentOf, entry, namespace, parse, tag } from '../camt053/message.ts'
import { zip, type ZipFile } from './zip.ts'

const message = (id: string, content = entry()): string =>
  documentOf(tag('Stmt', `<Id>${id}</Id>${content}`))

const file = (name: string, content: string | Uint8Array = message(name)): ZipFile => ({
  name,
  content,
})

const pdf = '%PDF-1.7 ...'

test('the statements of all files of an archive follow each other in its order', () => {
  const archive = zip([file('b.xml'), { ...file('a.xml'), isStored: true }], 'made by a bank')
  const read = parse(archive)
  expect(read).toMatchObject({ format: 'camt053', encoding: 'utf-8', problems: [] })
  expect(read.statements.map(({ bankStatementId }) => bankStatementId)).toEqual(['b.xml', 'a.xml'])
  expect(read.statements.map(({ lineCount }) => lineCount)).toEqual([1, 1])
})

test('every place that is told names the file it is in', () => {
  const bad = message('1', entry({ amount: tag('Amt', '1..2') }))
  const read = parse(zip([file('good.xml'), file('days/bad.xml', bad)]))
  expect(read.statements[0]?.lines[0]?.position).toMatchObject({ file: 'good.xml', line: 2 })
  expect(read.statements[1]?.problems[0]).toMatchObject({
    code: 'bad_amount',
    position: { file: 'days/bad.xml', line: 2 },
  })
})

test('an archive of several formats says so, and each statement names its file and format', () => {
  const qif = '!Type:Bank\nD2025-01-15\nT-1.00\nPa\n^\n'
  const read = parse(zip([file('a.xml'), file('b.xml'), file('c.qif', qif)]))
  expect(read.format).toBe('mixed')
  expect(read.statements.map(({ member }) => member)).toEqual([
    { file: 'a.xml', format: 'camt053' },
    { file: 'b.xml', format: 'camt053' },
    { file: 'c.qif', format: 'qif' },
  ])
})

test('an answer about the encoding leaves files alone that need none', () => {
  const named = (name: string) => '!Type:Bank\nD2025-01-15\nT-1.00\nP' + name + '\n^\n'
  const archive = zip([
    file('utf8.qif', named('Müller')),
    file('old.qif', iconv.encode(named('Łódź'), 'windows-1250')),
  ])
  const { statements } = parseStatementFile(archive, {
    today: '2026-11-21',
    encoding: 'windows-1250',
  })
  expect(statements.map(({ lines }) => lines[0]?.counterparty)).toEqual(['Müller', 'Łódź'])
})

test('a file that is not whole refuses the archive and is named', () => {
  const read = parse(zip([file('good.xml'), file('cut.xml', message('1').slice(0, -20))]))
  expect(read.problems).toMatchObject([
    { code: 'truncated', severity: 'error', position: { file: 'cut.xml', line: 2 } },
  ])
})

test('what else lies in an archive is told, and keeps nothing from being imported', () => {
  const notice = documentOf('', namespace('camt.054.001.08')).replaceAll('Stmt', 'DbtCdtNtfctn')
  const read = parse(
    zip([
      file('statement.pdf', pdf),
      file('1.xml'),
      file('readme.txt', 'Read me, please'),
      file('notice.xml', notice),
      file('inner.zip', zip([file('2.xml')])),
    ]),
  )
  expect(read.statements).toHaveLength(1)
  expect(read.problems).toMatchObject([
    { code: 'not_a_statement', severity: 'warning', position: { file: 'statement.pdf' } },
    { code: 'not_a_statement', severity: 'warning', position: { file: 'readme.txt' } },
    { code: 'wrong_message', severity: 'warning', position: { file: 'notice.xml' } },
    { code: 'not_a_statement', params: { what: 'inner_zip' }, position: { file: 'inner.zip' } },
  ])
})

test('folders and files of the operating system are passed over', () => {
  const read = parse(
    zip([
      file('days/', ''),
      file('days/1.xml'),
      file('__MACOSX/days/._1.xml', 'x'),
      file('days/.DS_Store', 'x'),
      file('Thumbs.db', 'x'),
    ]),
  )
  expect(read).toMatchObject({ problems: [], statements: [{ lineCount: 1 }] })
})

test('an archive without any statement is refused for what is in it', () => {
  const only = parse(zip([file('statement.pdf', pdf)]))
  expect(only.problems).toMatchObject([
    { code: 'not_a_statement', severity: 'error', params: { what: 'pdf' } },
  ])
  expect(parse(zip([])).problems).toMatchObject([{ params: { what: 'empty_zip' } }])
  const system = [file('.DS_Store', 'x'), file('days/', '')]
  expect(parse(zip(system)).problems).toMatchObject([{ params: { what: 'zip' } }])
  const nested = zip([file('inner.zip', zip([file('1.xml')]))])
  expect(parse(nested).problems).toMatchObject([{ params: { what: 'inner_zip' } }])
})

test('a workbook is an archive, and no statement', () => {
  const workbook = zip([file('[Content_Types].xml', '<Types/>'), file('xl/workbook.xml', '<a/>')])
  expect(parse(workbook).problems).toMatchObject([
    { code: 'not_a_statement', severity: 'error', params: { what: 'xlsx' } },
  ])
})

test('an archive with a password is refused', () => {
  const read = parse(zip([file('1.xml'), { ...file('2.xml'), claimed: { flags: 1 } }]))
  expect(read.problems).toMatchObject([{ code: 'not_a_statement', params: { what: 'locked' } }])
  expect(read.statements).toEqual([])
})

test('an archive that would unpack to very much is refused before it is unpacked', () => {
  const bomb = zip([file('1.xml', Buffer.alloc(20 * 1024 * 1024, ' '))])
  expect(parse(bomb).problems).toMatchObject([
    { code: 'too_large', params: { what: 'ratio', limit: 100 } },
  ])
  const claimed = { size: 60 * 1024 * 1024 }
  expect(parse(zip([{ ...file('1.xml'), claimed }])).problems).toMatchObject([
    { code: 'too_large', params: { what: 'bytes' } },
  ])
})

test('a file that unpacks to more than the archive says is damaged', () => {
  const bomb = { ...file('1.xml', Buffer.alloc(20 * 1024 * 1024, ' ')), claimed: { size: 1_000 } }
  expect(parse(zip([bomb])).problems).toMatchObject([
    { code: 'malformed', params: { reason: 'archive' }, position: { file: '1.xml' } },
  ])
})

test('an archive may hold a thousand files', () => {
  const many = Array.from({ length: 1_001 }, (_, index) => file(`${String(index)}.xml`, ''))
  expect(parse(zip(many)).problems).toMatchObject([
    { code: 'too_large', params: { what: 'entries', limit: 1_000 } },
  ])
})

test.each([
  ['a wrong checksum', { crc: 1 }],
  ['a wrong size', { size: 3 }],
  ['a size beyond its end', { packedSize: 1_000_000 }],
  ['an unknown way of packing', { method: 99 }],
])('a file with %s is damaged', (_, claimed) => {
  const read = parse(zip([{ ...file('1.xml'), claimed }]))
  expect(read.problems).toMatchObject([{ code: 'malformed', params: { reason: 'archive' } }])
})

test('an archive that is cut or changed anywhere is refused or read the same, and never a crash', () => {
  const archive = zip([file('1.xml'), { ...file('2.xml'), isStored: true }])
  const whole = parse(archive).statements.map(({ sum }) => sum)
  for (let index = 4; index < archive.length; index += 1) {
    expect(codesOf(parse(archive.subarray(0, index)))).toEqual(['truncated'])
    for (const value of [0x00, 0xff]) {
      const changed = Buffer.from(archive)
      changed[index] = value
      const { problems, statements } = parse(changed)
      if (problems.length === 0) expect(statements.map(({ sum }) => sum)).toEqual(whole)
    }
  }
})
