/** OFX files for the tests of this folder. */
import { type ParsedFile, parseStatementFile } from '../../../statement-files/collect.ts'
import type { Problem } from '../../../statement-files/problem.ts'

const header = 'OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n'

export interface Shape {
  currency?: string
  account?: string
  period?: string
  lines?: string
  balance?: string
}

/** A STMTRS of one account. */
export const statement = ({
  currency = '<CURDEF>EUR',
  account = '<BANKACCTFROM><BANKID>539<ACCTID>BE68539007547034<ACCTTYPE>CHECKING</BANKACCTFROM>',
  period = '<DTSTART>20240101<DTEND>20240131',
  lines = '',
  balance = '<LEDGERBAL><BALAMT>100.00<DTASOF>20240131</LEDGERBAL>',
}: Shape): string =>
  `<STMTTRNRS><TRNUID>0<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS>${currency}${account}` +
  `<BANKTRANLIST>${period}${lines}</BANKTRANLIST>${balance}</STMTRS></STMTTRNRS>`

/** One STMTTRN of SGML; more leaves may follow. */
export const line = (amount: string, more = '', day = '20240110'): string =>
  `<STMTTRN><TRNTYPE>OTHER<DTPOSTED>${day}<TRNAMT>${amount}${more}</STMTTRN>`

/** A whole file around what is given. */
export const file = (body: string): string =>
  `${header}<OFX><BANKMSGSRSV1>${body}</BANKMSGSRSV1></OFX>\n`

export const parse = (text: string | Uint8Array, rawLines = 0): ParsedFile =>
  parseStatementFile(typeof text === 'string' ? Buffer.from(text) : text, {
    today: '2024-06-01',
    rawLines,
  })

/** All problems of a file, its own and those of its statements. */
export const problemsOf = (parsed: ParsedFile): Problem[] => [
  ...parsed.problems,
  ...parsed.statements.flatMap(({ problems }) => problems),
]

/** The lines of a file with one statement that has these STMTTRN. */
export const linesOf = (lines: string) =>
  parse(file(statement({ lines }))).statements[0]?.lines ?? []

/** Codes of the problems of a file with one statement that has these STMTTRN. */
export const codesOf = (lines: string) =>
  problemsOf(parse(file(statement({ lines })))).map(({ code }) => code)
