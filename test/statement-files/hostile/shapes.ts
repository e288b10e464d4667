import type { Format } from '../../../statement-files/detect.ts'

const day = (index: number): string => String((index % 28) + 1).padStart(2, '0')

const repeated = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join('')

const camtOpen =
  '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>1</Id></Othr></Id><Ccy>EUR</Ccy></Acct>'
const camtClose = '</Stmt></BkToCstmrStmt></Document>'
const ofxOpen =
  'OFXHEADER:100\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST>'
const ofxClose = '</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>'
const entry = (text: string): string =>
  `<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2024-01-31</Dt></BookgDt>${text}</Ntry>`

/** Shapes that lead careless readers into doing everything twice for each further line. */
export const shapes: readonly { name: string; format: Format; file: (count: number) => string }[] =
  [
    {
      name: 'many lines',
      format: 'qif',
      file: (count) =>
        `!Type:Bank\n${repeated(count, (index) => `D${day(index)}/01/2024\nT-1.00\nPshop ${index}\n^\n`)}`,
    },
    {
      name: 'one line with many parts',
      format: 'qif',
      file: (count) => `!Type:Bank\nD31/01/2024\nT1.00\n${repeated(count, () => 'Sx\n$1.00\n')}^\n`,
    },
    {
      name: 'many accounts',
      format: 'qif',
      file: (count) => repeated(count, (index) => `!Account\nNa${index}\n^\n!Type:Bank\n`),
    },
    {
      name: 'many lines',
      format: 'ofx',
      file: (count) =>
        ofxOpen +
        repeated(
          count,
          (index) => `<STMTTRN><DTPOSTED>202401${day(index)}<TRNAMT>1<FITID>${index}</STMTTRN>`,
        ) +
        ofxClose,
    },
    {
      name: 'lines that never end',
      format: 'ofx',
      file: (count) => ofxOpen + repeated(count, () => '<STMTTRN><NAME>a & b <') + ofxClose,
    },
    {
      name: 'unclosed groups',
      format: 'ofx',
      file: (count) =>
        ofxOpen + repeated(count, () => '<STMTTRN><PAYEE></STMTTRN></BANKTRANLIST>') + ofxClose,
    },
    {
      name: 'many entries',
      format: 'camt053',
      file: (count) => camtOpen + repeated(count, () => entry('')) + camtClose,
    },
    {
      name: 'one entry with many details',
      format: 'camt053',
      file: (count) =>
        camtOpen +
        entry(
          `<NtryDtls>${repeated(count, () => '<TxDtls><RmtInf><Ustrd>a</Ustrd></RmtInf></TxDtls>')}</NtryDtls>`,
        ) +
        camtClose,
    },
    {
      name: 'many texts of one entry',
      format: 'camt053',
      file: (count) =>
        camtOpen +
        entry(
          `<NtryDtls><TxDtls><RmtInf>${repeated(count, () => '<Ustrd>a</Ustrd>')}</RmtInf></TxDtls></NtryDtls>`,
        ) +
        camtClose,
    },
    {
      name: 'many balances',
      format: 'camt053',
      file: (count) =>
        camtOpen +
        repeated(
          count,
          () =>
            '<Bal><Tp><CdOrPrtry><Cd>ITBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1</Amt><Dt><Dt>2024-01-31</Dt></Dt></Bal>',
        ) +
        camtClose,
    },
    {
      name: 'many headers',
      format: 'coda',
      file: (count) => repeated(count, () => `0000031012400005${' '.repeat(111)}2\n`),
    },
    {
      name: 'many pieces of information',
      format: 'coda',
      file: (count) =>
        `0000031012400005${' '.repeat(111)}2\n${repeated(count, () => `3100010001${' '.repeat(117)}1\n`)}`,
    },
    {
      name: 'many rows',
      format: 'csv',
      file: (count) =>
        `Date;Text;Amount;Balance\n${repeated(count, (index) => `31/01/2024;shop;1,00;${index},00\n`)}`,
    },
    {
      name: 'many columns',
      format: 'csv',
      file: (count) =>
        `Date;Amount${repeated(count, (index) => `;c${index}`)}\n31/01/2024;1,00${';'.repeat(count)}\n`,
    },
    {
      name: 'many accounts',
      format: 'csv',
      file: (count) =>
        `Account;Date;Amount\n${repeated(count, (index) => `a${index};31/01/2024;1,00\n`)}`,
    },
    {
      name: 'quotes that never close',
      format: 'csv',
      file: (count) => `Date;Text;Amount\n${repeated(count, () => '31/01/2024;"a;1,00\n')}`,
    },
  ]
