/** An OFX 1.02 file as a bank writes it: one account, a line per leaf, a few accents and references to characters. */
import { createRandom } from '../../scripts/random.ts'
import { amountOfCents } from './amount-of-cents.ts'

const payees = [
  'Bakkerij Van Damme',
  'ACME Insurance Co.',
  'Peeters &amp; Zonen',
  'City Water Works',
  'Payroll Example Ltd',
]
/** One line in thirty: accents are rare. */
const accented = ['Café de la Gare', 'Müller &amp; Söhne']
const purposes = ['Invoice', 'Factuur', 'Abonnement', 'Rent of the month', 'Card payment']

const two = (number: number): string => String(number).padStart(2, '0')

const header = [
  'OFXHEADER:100',
  'DATA:OFXSGML',
  'VERSION:102',
  'SECURITY:NONE',
  'ENCODING:USASCII',
  'CHARSET:1252',
  'COMPRESSION:NONE',
  'OLDFILEUID:NONE',
  'NEWFILEUID:NONE',
]

const start = `<OFX>
<SIGNONMSGSRSV1>
<SONRS>
<STATUS>
<CODE>0
<SEVERITY>INFO
</STATUS>
<DTSERVER>20250101120000
<LANGUAGE>ENG
</SONRS>
</SIGNONMSGSRSV1>
<BANKMSGSRSV1>
<STMTTRNRS>
<TRNUID>1
<STATUS>
<CODE>0
<SEVERITY>INFO
</STATUS>
<STMTRS>
<CURDEF>EUR
<BANKACCTFROM>
<BANKID>539
<ACCTID>BE68539007547034
<ACCTTYPE>CHECKING
</BANKACCTFROM>
<BANKTRANLIST>
<DTSTART>20150101
<DTEND>20241231
`

const end = (balance: bigint) => `</BANKTRANLIST>
<LEDGERBAL>
<BALAMT>${amountOfCents(balance)}
<DTASOF>20241231
</LEDGERBAL>
</STMTRS>
</STMTTRNRS>
</BANKMSGSRSV1>
</OFX>
`

/** The text of a file with so many lines, in pieces. */
export function* ofxFile(lines: number): Generator<string> {
  const { below, pick } = createRandom(20_240_131)
  let balance = 0n
  yield `${header.join('\n')}\n\n${start}`
  for (let index = 0; index < lines; index += 1) {
    const isIn = below(4) === 0
    const cents = BigInt(1 + below(500_000)) * (isIn ? 1n : -1n)
    balance += cents
    const day = `${2_015 + Math.floor((index / lines) * 10)}${two(1 + below(12))}${two(1 + below(28))}`
    yield `<STMTTRN>
<TRNTYPE>${isIn ? 'CREDIT' : 'DEBIT'}
<DTPOSTED>${day}120000
<TRNAMT>${amountOfCents(cents)}
<FITID>${day}${String(index).padStart(7, '0')}
<NAME>${below(30) === 0 ? pick(accented) : pick(payees)}
<MEMO>${pick(purposes)} ${1_000 + below(90_000)}
</STMTTRN>
`
  }
  yield end(balance)
}
