import { expect, test } from 'vitest'
import {
  account,
  balance,
  codesOf,
  documentOf,
  entry,
  fixture,
  namespace,
  parse,
  parsed,
  statement,
  tag,
} from './message.ts'

const versions = ['02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12', '13']

test.each(versions)('version %s is read like every other', (version) => {
  const message = `camt.053.001.${version}`
  const file = parse(documentOf(statement(entry()), namespace(message)))
  expect(file).toMatchObject({ format: 'camt053', formatVersion: message, problems: [] })
  expect(file.statements).toMatchObject([{ lineCount: 1, problems: [] }])
})

test('elements may carry a prefix, and the file may be written in latin-1', () => {
  const file = parse(fixture('synthetic__prefix_latin1.xml'))
  expect(file.encoding).toBe('windows-1252')
  expect(file.statements[0]).toMatchObject({
    account: { number: 'BE68539007547034' },
    sum: '1.00',
    problems: [],
    lines: [{ text: 'Café München' }],
  })
})

test('a message without any namespace is known by its elements', () => {
  const text = `<Document><BkToCstmrStmt>${statement(entry())}</BkToCstmrStmt></Document>`
  expect(parse(text)).toMatchObject({ problems: [], statements: [{ lineCount: 1 }] })
  expect(parse(text)).not.toHaveProperty('formatVersion')
})

test('envelopes with headers of their own are looked through, and may hold several messages', () => {
  const header =
    '<h:AppHdr xmlns:h="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><h:BizMsgIdr>1</h:BizMsgIdr></h:AppHdr>'
  const message = (id: number): string =>
    `<c:Document xmlns:c="${namespace()}"><c:BkToCstmrStmt><c:Stmt><c:Id>${String(id)}</c:Id></c:Stmt></c:BkToCstmrStmt></c:Document>`
  const file = parse(
    `<env:Envelope xmlns:env="urn:bank:envelope"><env:Body>${header}${message(1)}${message(2)}</env:Body></env:Envelope>`,
  )
  expect(file.problems).toEqual([])
  expect(file.formatVersion).toBe('camt.053.001.02')
  expect(file.statements.map(({ bankStatementId }) => bankStatementId)).toEqual(['1', '2'])
})

test('a namespace declared around the message counts where the message declares none', () => {
  const around = (xmlns: string): string =>
    `<Envelope xmlns="${xmlns}"><Document><BkToCstmrStmt>${statement(entry())}</BkToCstmrStmt></Document></Envelope>`
  expect(parse(around(namespace())).problems).toEqual([])
  expect(codesOf(parse(around('urn:bank:envelope')))).toEqual(['wrong_message'])
})

test.each([
  ['camt.052.001.02', 'BkToCstmrAcctRpt'],
  ['camt.054.001.08', 'BkToCstmrDbtCdtNtfctn'],
  ['pain.001.001.03', 'CstmrCdtTrfInitn'],
  ['pain.008.001.02', 'CstmrDrctDbtInitn'],
])('a %s is no statement and is named, with its namespace or without', (message, element) => {
  const named = parse(`<Document xmlns="${namespace(message)}"><${element}/></Document>`)
  expect(named.problems).toMatchObject([{ code: 'wrong_message', params: { message } }])
  const bare = parse(`<Document><${element}/></Document>`)
  expect(bare.problems).toMatchObject([
    { code: 'wrong_message', params: { message: message.slice(0, 8) }, position: { line: 1 } },
  ])
})

test('a message in a foreign namespace is refused whatever its elements are called', () => {
  const file = parse(documentOf(statement(entry()), 'urn:something-else'))
  expect(file.problems).toMatchObject([
    {
      code: 'wrong_message',
      params: { message: 'urn:something-else' },
      position: { line: 2, column: 1 },
    },
  ])
  expect(file.statements).toEqual([])
})

test('the first version, with other elements, is not supported', () => {
  const file = parse(documentOf('', namespace('camt.053.001.01')))
  expect(codesOf(file)).toEqual(['unsupported_version'])
})

test.each([
  ['no statement', documentOf('<GrpHdr><MsgId>1</MsgId></GrpHdr>')],
  ['no message', `<Document xmlns="${namespace()}"></Document>`],
  ['something else', '<catalogue><book/></catalogue>'],
])('a file with %s is no statement', (_, text) => {
  expect(parse(text).problems).toMatchObject([
    { code: 'not_a_statement', params: { what: 'xml' }, severity: 'error' },
  ])
})

test('a web page is told from a message', () => {
  const page = '<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'
  expect(parse(page).problems).toMatchObject([{ params: { what: 'html' } }])
  const typed = page.replace('<html', '<!DOCTYPE html>\n<html')
  expect(parse(typed).problems).toMatchObject([
    { code: 'not_a_statement', params: { what: 'html' } },
  ])
})

test('every statement of a file is judged by itself', () => {
  const good = statement(balance('OPBD', '0') + balance('CLBD', '5') + entry())
  const bad = statement(balance('OPBD', '0') + balance('CLBD', '6') + entry())
  const { statements, problems } = parse(documentOf(good + bad + good))
  expect(problems).toEqual([])
  expect(statements.map(codesOf)).toEqual([[], ['balance_mismatch'], []])
})

test('a statement says whose account it is of, which period it covers and how the bank numbers it', () => {
  const described =
    '<Acct><Id><IBAN>be68 5390 0754 7034</IBAN></Id><Tp><Cd>CACC</Cd></Tp><Ccy>EUR</Ccy><Ownr><Nm>Vertex</Nm></Ownr><Svcr><FinInstnId><BICFI>GEBABEBB</BICFI></FinInstnId></Svcr></Acct>'
  const period =
    '<FrToDt><FrDtTm>2024-01-01T00:00:00+02:00</FrDtTm><ToDtTm>2024-01-31T23:59:59Z</ToDtTm></FrToDt>'
  const [only] = parse(documentOf(statement(period, described))).statements
  expect(only).toMatchObject({
    account: { number: 'BE68539007547034', holder: 'Vertex', bank: 'GEBABEBB', type: 'CACC' },
    currency: 'EUR',
    bankStatementId: 'S1',
    from: '2024-01-01',
    to: '2024-01-31',
  })
  const numbered = parse(documentOf(tag('Stmt', '<ElctrncSeqNb>17</ElctrncSeqNb>'))).statements
  expect(numbered[0]?.bankStatementId).toBe('17')
})

test.each([
  ['<Othr><Id>BE68539007547034</Id></Othr>', 'BE68539007547034'],
  ['<Othr><Id>0035-2915203-10-000</Id></Othr>', '0035-2915203-10-000'],
  ['<IBAN>NL00 BANK 0000 0000 00</IBAN>', 'NL00BANK0000000000'],
])('an account may be numbered %s', (id, number) => {
  const text = documentOf(statement('', `<Acct><Id>${id}</Id></Acct>`))
  expect(parse(text).statements[0]?.account?.number).toBe(number)
})

test.each(['DUPL', 'COPY', 'CODU'])('the bank marks a copy with %s', (code) => {
  const read = parsed(tag('CpyDplctInd', code) + entry())
  expect(read.isBankDuplicate).toBe(true)
  expect(codesOf(read)).toEqual(['bank_duplicate'])
})

test('an empty statement is valid, and there is nothing to import', () => {
  expect(parsed('').problems).toMatchObject([{ code: 'nothing_to_import', severity: 'notice' }])
})

test('elements that nobody needs may stand anywhere, also with known names', () => {
  const extra = '<SplmtryData><Envlp><Ntry><Amt Ccy="EUR">9</Amt></Ntry></Envlp></SplmtryData>'
  const read = parsed(extra + entry({ more: extra }))
  expect(read).toMatchObject({ lineCount: 1, sum: '5.00' })
})

test('an element nobody knows inside of a known one adds nothing to its text', () => {
  const read = parsed(entry({ amount: '<Amt Ccy="EUR"><Note>9</Note>5<Note>9</Note></Amt>' }))
  expect(read.sum).toBe('5.00')
})

test('an envelope may be longer than what is looked at to recognise a file', () => {
  const header = `<AppHdr xmlns="${namespace('head.001.001.02')}">${'<Sgntr>x</Sgntr>'.repeat(500)}</AppHdr>`
  const message = documentOf(statement(entry())).split('\n')[1] ?? ''
  const read = parse(`<Envelope>${header}${message}</Envelope>`)
  expect(read).toMatchObject({ problems: [], statements: [{ lineCount: 1 }] })
})

test('an account that is described after the entries is the account of the statement', () => {
  const text = documentOf(tag('Stmt', entry() + account))
  expect(parse(text).statements[0]?.account?.number).toBe('BE68539007547034')
})
