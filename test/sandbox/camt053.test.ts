import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCamt053, sumOf } from '../../sandbox/camt053/statement.ts'
import type { Client, Json } from './client.ts'
import { openClient } from './client.ts'

let client: Client
beforeAll(async () => {
  client = await openClient()
})
afterAll(() => client.stop())

const balance = (code: string, amount: string, on: string) =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${on}</Dt></Dt></Bal>`

const entry = (amount: string, more = '', sign = 'CRDT') =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${sign}</CdtDbtInd>${more.includes('<Sts>') ? '' : '<Sts>BOOK</Sts>'}<BookgDt><Dt>2026-02-03</Dt></BookgDt>${more}</Ntry>`

const statement = (iban: string, ...content: string[]) =>
  `<Stmt><Id>S-${iban}</Id><Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>EUR</Ccy><Svcr><FinInstnId><BICFI>KEMPBEBB</BICFI></FinInstnId></Svcr></Acct>${content.join('')}</Stmt>`

const file = (...statements: string[]) =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>${statements.join('')}</BkToCstmrStmt></Document>`

const iban = 'BE68539007547034'
const whole = (...entries: string[]) =>
  file(statement(iban, balance('OPBD', '10.00', '2026-02-01'), ...entries))

const load = async (body: string | Buffer, query = ''): Promise<{ status: number; body: Json }> => {
  const response = await fetch(`${client.controlUrl}/__sim/lines/import${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/xml' },
    body,
  })
  return { status: response.status, body: await response.json() }
}

test('only booked entries are lines; waiting ones are pending, information is left out', () => {
  const [read] = readCamt053(
    whole(
      entry('1.00', '<Sts>BOOK</Sts>'),
      entry('2.00', '<Sts><Cd>BOOK</Cd></Sts>'),
      entry('4.00', '<Sts>PDNG</Sts>'),
      entry('8.00', '<Sts><Cd>INFO</Cd></Sts>'),
    ),
  )
  expect(read!.booked.map(({ amount }) => amount)).toEqual(['1.00', '2.00'])
  expect(read!.pending.map(({ amount }) => amount)).toEqual(['4.00'])
})

test('the indicator alone makes the sign; a reversal does not turn it', () => {
  const [read] = readCamt053(
    whole(entry('5.00', '<RvslInd>true</RvslInd>', 'DBIT'), entry('0.00', '', 'DBIT')),
  )
  expect(read!.booked.map(({ amount }) => amount)).toEqual(['-5.00', '0.00'])
})

test('the amount of a batch is that of its entry, and its text that of the entry', () => {
  const details = '<TxDtls><RmtInf><Ustrd>part</Ustrd></RmtInf></TxDtls>'
  const [read] = readCamt053(
    whole(
      entry('30.00', `<NtryDtls>${details}${details}</NtryDtls><AddtlNtryInf>Batch</AddtlNtryInf>`),
    ),
  )
  expect(read!.booked).toMatchObject([{ amount: '30.00', text: 'Batch' }])
})

test('counterparty, references and texts come from the only details of an entry', () => {
  const details = `<NtryDtls><TxDtls><Refs><EndToEndId>E2E</EndToEndId></Refs>
    <RltdPties><Cdtr><Pty><Nm>Garage Müller</Nm></Pty></Cdtr><CdtrAcct><Id><IBAN>BE00</IBAN></Id></CdtrAcct></RltdPties>
    <RmtInf><Strd><CdtrRefInf><Ref>123456789002</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>`
  const [read] = readCamt053(whole(entry('3.00', details, 'DBIT')))
  expect(read!.booked[0]).toMatchObject({
    counterpartyName: 'Garage Müller',
    counterpartyReference: 'BE00',
    endToEndId: 'E2E',
    text: '+++123/4567/89002+++',
    textType: 'structured',
  })
})

test('a missing opening is the closing minus the lines', async () => {
  const { body } = await load(
    file(
      statement(
        'BE01',
        entry('1.10'),
        entry('0.30', '', 'DBIT'),
        balance('CLBD', '5.00', '2026-02-28'),
      ),
    ),
  )
  expect(body.accounts).toMatchObject([{ opening: '4.20', balance: '5.00', sum: '0.80' }])
})

test('prefixes, a date with time and zone, and a Latin encoding are read', () => {
  const text = whole(entry('1.00', '<AddtlNtryInf>Café</AddtlNtryInf>'))
    .replace('UTF-8', 'ISO-8859-1')
    .replace('<Dt>2026-02-03</Dt>', '<DtTm>2026-02-03T23:59:59.123456789+02:00</DtTm>')
    .replaceAll(/<(\/?)(?=[A-Z])/g, '<$1n:')
    .replace('xmlns=', 'xmlns:n=')
  const [read] = readCamt053(Buffer.from(text, 'latin1'))
  expect(read!.booked).toMatchObject([{ text: 'Café', bookedOn: '2026-02-03' }])
})

test('a file in UTF-16 is read', () => {
  const text = whole(entry('1.00', '<AddtlNtryInf>Œuvre</AddtlNtryInf>')).replace('UTF-8', 'UTF-16')
  const [read] = readCamt053(Buffer.from(`\uFEFF${text}`, 'utf16le'))
  expect(read!.booked[0]?.text).toBe('Œuvre')
})

test.each([
  ['a wrong amount is quoted', whole(entry('12..34')), '"12..34" is not an amount'],
  ['a wrong date is quoted', whole(entry('1').replace('2026-02-03', '2026-02-33')), 'not a date'],
  ['a cut file is named so', whole(entry('1')).slice(0, -30), 'not well-formed'],
  ['a DOCTYPE is refused', `<!DOCTYPE x []>${whole().replace(/<\?.*?\?>/, '')}`, 'DOCTYPE'],
  ['another message is named', '<Document><BkToCstmrAcctRpt/></Document>', 'camt.052'],
  ['something else is named', '<html></html>', 'not a CAMT.053 file'],
  ['an empty file is refused', '', 'not well-formed'],
  [
    'a difference is named',
    whole(entry('5.00'), balance('CLBD', '16.00', '2026-02-28')),
    'by 1.00',
  ],
  ['a foreign entry is named', whole(entry('5.00').replace('EUR', 'USD')), '5.00 USD'],
])('%s', async (_rule, xml, reason) => {
  const { status, body } = await load(xml)
  expect(status).toBe(422)
  expect(body.error).toContain(reason)
})

test('a file with several accounts and months becomes linked accounts with chained statements', async () => {
  const month = (account: string, [from, to]: [string, string], on: string) =>
    statement(
      account,
      balance('OPBD', from, on),
      entry('10.01').replace('2026-02-03', on),
      balance('CLBD', to, on),
    )
  const { body } = await load(
    file(
      month('BE71', ['110.01', '120.02'], '2026-03-31'),
      month('BE71', ['100.00', '110.01'], '2026-02-28'),
      month('BE72', ['0.00', '10.01'], '2026-02-28'),
    ),
    '?bank=Import%20Bank',
  )
  expect(body.warnings).toEqual([])
  expect(body.accounts).toMatchObject([
    { reference: 'BE71', opening: '100.00', balance: '120.02', added: 2 },
    { reference: 'BE72', opening: '0.00', balance: '10.01', added: 1 },
  ])
  const { access } = await client.link('Import Bank')
  const accounts = await client.accounts(access)
  expect(accounts.map(({ attributes }) => attributes.currentBalance)).toEqual([120.02, 10.01])
})

test('the same file again adds nothing, and the next month goes on', async () => {
  const january = file(
    statement('BE81', balance('OPBD', '1.00', '2026-02-01'), entry('2.00'), entry('2.00')),
  )
  await load(january)
  expect((await load(january)).body.accounts).toMatchObject([
    { added: 0, skipped: 2, balance: '5.00' },
  ])
  const next = file(
    statement(
      'BE81',
      balance('OPBD', '5.00', '2026-02-28'),
      entry('3.00', '<ValDt><Dt>2026-03-01</Dt></ValDt>'),
    ),
  )
  expect((await load(next)).body.accounts).toMatchObject([
    { added: 1, opening: '1.00', balance: '8.00' },
  ])
})

test('a gap between two statements is a warning', async () => {
  const xml = file(
    statement('BE91', balance('OPBD', '1.00', '2026-02-01'), balance('CLBD', '1.00', '2026-02-28')),
    statement('BE91', balance('OPBD', '3.00', '2026-03-01'), balance('CLBD', '3.00', '2026-03-31')),
  )
  const { body } = await load(xml)
  expect(body.warnings[0]).toContain('a gap of 2.00')
  expect(body.accounts[0].balance).toBe('3.00')
})

test('a file that ends in the future moves the clock ahead, an old one never moves it back', async () => {
  const now = async () => Date.parse((await client.sim('GET', '/__sim/clock')).now)
  const before = await now()
  await load(whole(entry('1.00')))
  expect(await now()).toBeGreaterThanOrEqual(before)
  await load(whole(entry('1.00').replace('2026-02-03', '2039-05-05')))
  expect(await now()).toBeGreaterThan(Date.parse('2039-05-05'))
})

test('a refused file leaves no trace', async () => {
  const { banks } = await client.sim('GET', '/__sim/banks')
  await load(whole(balance('CLBD', '99.00', '2026-02-28')), '?bank=Never%20Seen')
  expect((await client.sim('GET', '/__sim/banks')).banks).toHaveLength(banks.length)
})

test('twenty thousand entries are loaded into one account with their exact sum', async () => {
  const entries = Array.from({ length: 20_000 }, (_none, index) => entry(`${index}.01`))
  const { body } = await load(file(statement('BE99', ...entries)))
  const sum = sumOf(readCamt053(file(statement('BE99', ...entries)))[0]!)
  expect(sum).toBe('199990200.00')
  expect(body.accounts).toMatchObject([{ added: 20_000, sum }])
})
