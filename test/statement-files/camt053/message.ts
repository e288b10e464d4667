import { readFileSync } from 'node:fs'
import { parseStatementFile } from '../../../statement-files/collect.ts'
import type { ParseOptions } from '../../../statement-files/output.ts'

export const tag = (name: string, content: string | number): string =>
  `<${name}>${String(content)}</${name}>`

export const amount = (text: string, currency: string | null = 'EUR'): string =>
  `<Amt${currency === null ? '' : ` Ccy="${currency}"`}>${text}</Amt>`

/** `content`: a number, or the elements of the amount. */
export const balance = (code: string, content: string, on = '2024-01-31'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${content.includes('<') ? content : amount(content)}<Dt><Dt>${on}</Dt></Dt></Bal>`

interface EntryParts {
  amount?: string
  direction?: string
  status?: string
  days?: string
  more?: string
  details?: string
}

export const entry = (parts: EntryParts = {}): string =>
  tag(
    'Ntry',
    (parts.amount ?? amount('5.00')) +
      (parts.direction ?? tag('CdtDbtInd', 'CRDT')) +
      (parts.status ?? tag('Sts', 'BOOK')) +
      (parts.days ?? '<BookgDt><Dt>2024-01-30</Dt></BookgDt>') +
      (parts.more ?? '') +
      (parts.details === undefined ? '' : tag('NtryDtls', parts.details)),
  )

export const account = '<Acct><Id><IBAN>BE68539007547034</IBAN></Id><Ccy>EUR</Ccy></Acct>'

export const namespace = (message = 'camt.053.001.02'): string =>
  `urn:iso:std:iso:20022:tech:xsd:${message}`

export const documentOf = (statements: string, xmlns = namespace()): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="${xmlns}"><BkToCstmrStmt>${statements}</BkToCstmrStmt></Document>`

/** A statement of one account with the given content behind its description. */
export const statement = (content: string, described = account): string =>
  tag('Stmt', `<Id>S1</Id>${described}${content}`)

export const parse = (text: string | Uint8Array, options: Partial<ParseOptions> = {}) =>
  parseStatementFile(typeof text === 'string' ? Buffer.from(text) : text, {
    today: '2026-11-21',
    ...options,
  })

/** The only statement of a file. */
export const parsed = (content: string, options: Partial<ParseOptions> = {}) => {
  const file = parse(documentOf(statement(content)), options)
  const [only] = file.statements
  if (only === undefined) throw new Error(`no statement: ${JSON.stringify(file.problems)}`)
  return only
}

/** The only line of the only statement. */
export const line = (content: string) => {
  const { lines, problems } = parsed(content)
  const [only] = lines
  if (only === undefined) throw new Error(`no line: ${JSON.stringify(problems)}`)
  return only
}

export const codesOf = ({ problems }: { problems: readonly { code: string }[] }): string[] =>
  problems.map(({ code }) => code)

export const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../../fixtures/statement-files/camt053/${name}`, import.meta.url))
