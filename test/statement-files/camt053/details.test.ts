import { expect, test } from 'vitest'
import { amount, codesOf, entry, fixture, line, parse, parsed, tag } from './message.ts'

const debit = tag('CdtDbtInd', 'DBIT')
const detail = (...parts: readonly string[]): string => tag('TxDtls', parts.join(''))
const remittance = (...parts: readonly string[]): string => detail(tag('RmtInf', parts.join('')))
const unstructured = (...texts: readonly string[]): string =>
  remittance(...texts.map((text) => tag('Ustrd', text)))
const reference = (text: string, type = ''): string =>
  tag('Strd', tag('CdtrRefInf', type + tag('Ref', text)))

const belgian = '<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>BBA</Issr></Tp>'
const parties = (side: 'Dbtr' | 'Cdtr', shape: string, iban: string): string =>
  `<${side}>${shape}</${side}><${side}Acct><Id><IBAN>${iban}</IBAN></Id></${side}Acct>`

test.each([
  ['directly', '<Nm>Ann</Nm>'],
  ['as a party', '<Pty><Nm>Ann</Nm></Pty>'],
  ['as an agent', '<Agt><FinInstnId><Nm>Ann</Nm></FinInstnId></Agt>'],
])('the counterparty is named %s', (_, shape) => {
  const details = detail(tag('RltdPties', parties('Dbtr', shape, 'be91 5169 5288 4376')))
  expect(line(entry({ details }))).toMatchObject({
    counterparty: 'Ann',
    counterpartyAccount: 'BE91516952884376',
  })
})

test('money in comes from the debtor, money out goes to the creditor', () => {
  const both = tag(
    'RltdPties',
    parties('Dbtr', '<Nm>Ann</Nm>', 'BE91516952884376') +
      parties('Cdtr', '<Nm>Bob</Nm>', 'BE96444908270905'),
  )
  const agents =
    '<RltdAgts><DbtrAgt><FinInstnId><BIC>RABOBE22</BIC></FinInstnId></DbtrAgt><CdtrAgt><FinInstnId><BICFI>GEBABEBB</BICFI></FinInstnId></CdtrAgt></RltdAgts>'
  const details = detail(both, agents)
  expect(line(entry({ details }))).toMatchObject({
    counterparty: 'Ann',
    counterpartyBic: 'RABOBE22',
  })
  expect(line(entry({ details, direction: debit }))).toMatchObject({
    counterparty: 'Bob',
    counterpartyAccount: 'BE96444908270905',
    counterpartyBic: 'GEBABEBB',
  })
})

test('nobody is their own counterparty: what a reversal takes back names the two the other way round', () => {
  const both = tag(
    'RltdPties',
    parties('Dbtr', '<Nm>Ann</Nm>', 'BE91516952884376') +
      parties('Cdtr', '<Nm>Myself</Nm>', 'BE68539007547034'),
  )
  const reversal = `${debit}<RvslInd>true</RvslInd>`
  expect(line(entry({ details: detail(both), direction: reversal })).counterparty).toBe('Ann')
})

test('whoever stands behind a party is named where the party is not', () => {
  const behind = '<UltmtDbtr><Nm>Carla</Nm></UltmtDbtr>'
  const details = detail(tag('RltdPties', `<Dbtr><Nm>NOTPROVIDED</Nm></Dbtr>${behind}`))
  expect(line(entry({ details })).counterparty).toBe('Carla')
})

test('what is not provided is nothing', () => {
  const details = detail(
    tag('Refs', '<AcctSvcrRef>NONREF</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId>'),
    tag('RltdPties', '<Dbtr><Nm>notprovided</Nm></Dbtr>'),
    tag('RmtInf', '<Ustrd>NOTPROVIDED</Ustrd>'),
  )
  const read = line(entry({ details }))
  expect(read.text).toBe('')
  for (const name of ['bankReference', 'endToEndId', 'counterparty'])
    expect(read).not.toHaveProperty(name)
})

test('references of the bank, of both ends, of mandate and cheque are kept apart', () => {
  const names =
    '<EndToEndId>E1</EndToEndId><MndtId>M1</MndtId><ChqNb>7</ChqNb><AcctSvcrRef>D1</AcctSvcrRef>'
  const details = detail(tag('Refs', names))
  expect(line(entry({ details }))).toMatchObject({
    bankReference: 'D1',
    endToEndId: 'E1',
    mandateId: 'M1',
    chequeNumber: '7',
  })
  const more = tag('AcctSvcrRef', 'N1')
  expect(line(entry({ details, more })).bankReference).toBe('N1')
})

test('text is read from all its elements, structured before free, the entry last, nothing twice', () => {
  const structured =
    '<Strd><RfrdDocInf><Nb>INV-1</Nb></RfrdDocInf><AddtlRmtInf>part</AddtlRmtInf></Strd>'
  const details = detail(
    tag('RmtInf', `<Ustrd>free</Ustrd>${structured}`),
    tag('AddtlTxInf', 'more'),
  )
  const again = { details, more: tag('AddtlNtryInf', 'more') }
  expect(line(entry(again)).text).toBe('INV-1 part free more')
  expect(line(entry({ details, more: tag('AddtlNtryInf', 'last') })).text).toBe(
    'INV-1 part free more last',
  )
  expect(line(entry({ more: tag('AddtlNtryInf', 'alone') })).text).toBe('alone')
})

test('pieces of text that are full go on in the next without a blank', () => {
  const full = `${'x'.repeat(137)}inv`
  expect(line(entry({ details: unstructured(full, 'oice 12', 'thanks') })).text).toBe(
    `${full}oice 12 thanks`,
  )
  const blank = `${'x'.repeat(139)} `
  expect(line(entry({ details: unstructured(blank, 'next') })).text).toBe(`${blank}next`)
})

test('text may be split by comments, character data and references', () => {
  const details = unstructured('A &amp; <!-- no -->B &#233; <![CDATA[<C> & D]]>')
  expect(line(entry({ details })).text).toBe('A & B é <C> & D')
})

test.each([
  ['+++010/8068/17183+++', belgian, ['010806817183', 'belgian']],
  ['010806817183', belgian, ['010806817183', 'belgian']],
  ['RF18 5390 0754 7034', '', ['RF18539007547034', 'rf']],
  [
    '210000000003139471430009017',
    '<Tp><CdOrPrtry><Prtry>QRR</Prtry></CdOrPrtry></Tp>',
    ['210000000003139471430009017', 'qrr'],
  ],
  ['INV-2024-17', '', ['INV-2024-17', 'other']],
])('%s is a structured reference and no text', (written, type, [value, referenceType]) => {
  const read = line(entry({ details: remittance(reference(written, type)) }))
  expect(read).toMatchObject({ reference: value, referenceType, text: '' })
})

test('a Belgian reference with wrong check digits is text, and that is told', () => {
  const read = parsed(entry({ details: remittance(reference('010806817184', belgian)) }))
  expect(read.problems).toMatchObject([
    { code: 'reference_invalid', severity: 'warning', params: { text: '010806817184' } },
  ])
  expect(read.lines[0]).toMatchObject({ text: '010806817184' })
  expect(read.lines[0]).not.toHaveProperty('reference')
})

test('a Belgian reference between its marks is found in free text', () => {
  const read = line(entry({ details: unstructured('Invoice +++010/8068/17183+++') }))
  expect(read).toMatchObject({ reference: '010806817183', referenceType: 'belgian' })
  expect(read.text).toBe('Invoice +++010/8068/17183+++')
})

test.each(['synthetic__batch_amounts.xml', 'synthetic__batch_no_amounts.xml'])(
  'a batch is one line with its details: %s',
  (name) => {
    const [only] = parse(fixture(name)).statements
    expect(only).toMatchObject({ lineCount: 1, sum: '30.00', problems: [] })
    expect(only?.lines[0]?.details).toHaveLength(2)
  },
)

test('details have their own amount, direction and names', () => {
  const details =
    detail(amount('7.00'), debit, '<Refs><EndToEndId>A</EndToEndId></Refs>') +
    detail('<AmtDtls><TxAmt><Amt Ccy="EUR">12.00</Amt></TxAmt></AmtDtls>')
  expect(line(entry({ details })).details).toEqual([
    { amount: '-7.00', currency: 'EUR', endToEndId: 'A' },
    { amount: '12.00', currency: 'EUR' },
  ])
})

test('a batch says of its line only what all its details agree on', () => {
  const one = (name: string, id: string): string =>
    detail(
      `<Refs><EndToEndId>${id}</EndToEndId><MndtId>M</MndtId></Refs>`,
      `<RltdPties><Dbtr><Nm>${name}</Nm></Dbtr></RltdPties>`,
    )
  const same = line(entry({ details: one('Ann', '1') + one('Ann', '2') }))
  expect(same).toMatchObject({ counterparty: 'Ann', mandateId: 'M' })
  expect(same).not.toHaveProperty('endToEndId')
  expect(line(entry({ details: one('Ann', '1') + one('Bob', '2') }))).not.toHaveProperty(
    'counterparty',
  )
})

test('what was ordered in another currency is kept for information; the line is in that of the account', () => {
  const [only] = parse(fixture('synthetic__foreign_details.xml')).statements
  expect(only?.lines[0]).toMatchObject({
    amount: '109.35',
    currency: 'EUR',
    original: { amount: '120.00', currency: 'USD' },
  })
  const exchange = '<CcyXchg><SrcCcy>USD</SrcCcy><XchgRate>1.0974</XchgRate></CcyXchg>'
  const more = `<AmtDtls><TxAmt><Amt Ccy="USD">120</Amt>${exchange}</TxAmt></AmtDtls>`
  const read = parsed(entry({ more, direction: debit }))
  expect(codesOf(read)).toEqual([])
  expect(read.lines[0]?.original).toEqual({ amount: '-120', currency: 'USD', rate: '1.0974' })
})
