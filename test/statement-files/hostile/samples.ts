import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formats, type Format } from '../../../statement-files/detect.ts'
import { parseStatementFile, type ParsedFile } from '../../../statement-files/collect.ts'

export const today = '2026-06-30'

const fixture = (file: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../../fixtures/statement-files', file))

/** One small file of each format; those of CSV and CAMT have balances, so that changes can be seen. */
export const samples: Readonly<Record<Format, Buffer>> = {
  coda: fixture('coda/synthetic__ok_latin1.cod'),
  camt053: fixture('camt053/synthetic__pending.xml'),
  ofx: fixture('ofx/synthetic__tz_shift.ofx'),
  qif: fixture('qif/synthetic__dd_mm.qif'),
  csv: Buffer.from(
    [
      'Rekening;Datum;Omschrijving;Bedrag;Munt;Saldo',
      'BE68539007547034;05/01/2024;KOFFIE;-3,40;EUR;96,60',
      'BE68539007547034;17/01/2024;LOON;1.250,00;EUR;1.346,60',
      'BE68539007547034;18/01/2024;BAKKER;-12,60;EUR;1.334,00',
      'BE68539007547034;31/01/2024;HUUR;-700,05;EUR;633,95',
      'BE68539007547034;01/02/2024;KOFFIE;-3,40;EUR;630,55',
      'BE68539007547034;02/02/2024;BIBLIOTHEEK;5,00;EUR;635,55',
      '',
    ].join('\r\n'),
  ),
}

export const camtHead = '<?xml version="1.0"?>'
export const camtOpen =
  '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>'
export const ofxHead = 'OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX>'

/** The beginning of a file of each format, behind which anything may stand. */
export const heads: Readonly<Record<Format, string>> = {
  camt053: camtHead + camtOpen,
  ofx: ofxHead,
  qif: '!Type:Bank\n',
  coda: samples.coda.subarray(0, 130).toString('latin1'),
  csv: 'Date;Text;Amount\n2024-01-31;a;1,00\n',
}

interface Proof {
  /** Whether a file says where it ends, so that a cut one is noticed. */
  hasEnd: boolean
  /** Parts that a program may lose or write twice (records, entries, rows), and that a sum or a balance of the sample proves. */
  part: RegExp | null
}

/** By what a changed sample can be told from a whole one. */
export const proofs: Readonly<Record<Format, Proof>> = {
  coda: { hasEnd: true, part: /[^\n]*\n/g },
  camt053: { hasEnd: true, part: /<(Ntry|Bal)>(?:(?!<\1>)[^])*?<\/\1>/g },
  ofx: { hasEnd: true, part: null },
  qif: { hasEnd: false, part: null },
  csv: { hasEnd: false, part: /[^\n]*\n/g },
}

export const eachFormat = formats.map((format) => ({ format, bytes: samples[format] }))

export const parse = (bytes: Uint8Array): ParsedFile =>
  parseStatementFile(bytes, { today, rawLines: 2 })
