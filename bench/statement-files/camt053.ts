/** A CAMT.053 file of any size, always the same for the same number of entries, balanced and free of problems. */
import { createRandom, type Random } from '../../scripts/random.ts'
import { belgianIban, belgianReference } from './belgian.ts'
import { amountOfCents } from './amount-of-cents.ts'

const names = [
  'Bakkerij Van Damme',
  'Garage Lefèvre',
  'Société Générale d’Énergie',
  'Müller & Söhne',
]
const purposes = ['Factuur', 'Facture', 'Invoice', 'Rechnung', 'Abonnement café']

const escaped = (text: string): string => text.replaceAll('&', '&amp;')

const two = (number: number): string => String(number).padStart(2, '0')

const remittance = (random: Random, index: number): string => {
  if (index % 3 > 0)
    return `<Ustrd>${random.pick(purposes)} ${String(index)}/${String(random.below(90_000))}</Ustrd>`
  return `<Strd>
                <CdtrRefInf>
                  <Tp>
                    <CdOrPrtry>
                      <Cd>SCOR</Cd>
                    </CdOrPrtry>
                    <Issr>BBA</Issr>
                  </Tp>
                  <Ref>${belgianReference(random.below(1_000_000_000))}</Ref>
                </CdtrRefInf>
              </Strd>`
}

interface Entry {
  index: number
  cents: number
  isDebit: boolean
  day: string
}

const entryText = (random: Random, { index, cents, isDebit, day }: Entry): string => {
  const side = isDebit ? 'Cdtr' : 'Dbtr'
  return `      <Ntry>
        <Amt Ccy="EUR">${amountOfCents(cents)}</Amt>
        <CdtDbtInd>${isDebit ? 'DBIT' : 'CRDT'}</CdtDbtInd>
        <Sts>BOOK</Sts>
        <BookgDt>
          <Dt>${day}</Dt>
        </BookgDt>
        <ValDt>
          <Dt>${day}</Dt>
        </ValDt>
        <AcctSvcrRef>R${String(index).padStart(12, '0')}</AcctSvcrRef>
        <BkTxCd/>
        <NtryDtls>
          <TxDtls>
            <Refs>
              <EndToEndId>E2E-${String(index)}</EndToEndId>
            </Refs>
            <RltdPties>
              <${side}>
                <Nm>${escaped(random.pick(names))}</Nm>
              </${side}>
              <${side}Acct>
                <Id>
                  <IBAN>${belgianIban(random.below(1_000_000_000))}</IBAN>
                </Id>
              </${side}Acct>
            </RltdPties>
            <RmtInf>
              ${remittance(random, index)}
            </RmtInf>
          </TxDtls>
        </NtryDtls>
      </Ntry>
`
}

const dayOf = (index: number, entries: number): string =>
  `2026-${two(1 + Math.floor((index * 12) / entries))}-${two(1 + (index % 28))}`

const balance = (code: string, cents: number, day: string): string => `      <Bal>
        <Tp>
          <CdOrPrtry>
            <Cd>${code}</Cd>
          </CdOrPrtry>
        </Tp>
        <Amt Ccy="EUR">${amountOfCents(cents)}</Amt>
        <CdtDbtInd>CRDT</CdtDbtInd>
        <Dt>
          <Dt>${day}</Dt>
        </Dt>
      </Bal>
`

const amountsOf = (entries: number): { amounts: Int32Array; sum: number } => {
  const random = createRandom(53)
  const amounts = new Int32Array(entries)
  let sum = 0
  for (let index = 0; index < entries; index += 1) {
    const cents = (1 + random.below(500_000)) * (random.below(3) === 0 ? -1 : 1)
    amounts[index] = cents
    sum += cents
  }
  return { amounts, sum }
}

const entriesInPiece = 100

/** The text of a file in pieces of 100 entries, each of about 1 kB. */
export function* camt053File(entries: number): Generator<string> {
  const random = createRandom(20_022)
  const { amounts, sum } = amountsOf(entries)
  const opening = 100_000 + Math.max(0, -sum)
  yield `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
  <BkToCstmrStmt>
    <GrpHdr>
      <MsgId>M1</MsgId>
      <CreDtTm>2027-01-01T00:00:00</CreDtTm>
    </GrpHdr>
    <Stmt>
      <Id>S1</Id>
      <Acct>
        <Id>
          <IBAN>BE68539007547034</IBAN>
        </Id>
        <Ccy>EUR</Ccy>
      </Acct>
${balance('OPBD', opening, '2026-01-01')}${balance('CLBD', opening + sum, '2026-12-31')}`
  let piece = ''
  for (const [index, cents] of amounts.entries()) {
    const entry = { index, cents: Math.abs(cents), isDebit: cents < 0, day: dayOf(index, entries) }
    piece += entryText(random, entry)
    if (index % entriesInPiece !== entriesInPiece - 1) continue
    yield piece
    piece = ''
  }
  yield `${piece}    </Stmt>
  </BkToCstmrStmt>
</Document>
`
}
