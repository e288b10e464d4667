/** What a file is, told by its content; its name only breaks ties. */
import type { Problem } from './problem.ts'
import { problem } from './problem.ts'

export const formats = ['csv', 'ofx', 'qif', 'camt053', 'coda'] as const
export type Format = (typeof formats)[number]

const magics: readonly [what: string, ...mark: number[]][] = [
  ['pdf', 0x25, 0x50, 0x44, 0x46],
  ['zip', 0x50, 0x4b, 0x03, 0x04],
  // an archive without any file
  ['zip', 0x50, 0x4b, 0x05, 0x06],
  ['xls', 0xd0, 0xcf, 0x11, 0xe0],
  ['gzip', 0x1f, 0x8b],
  ['png', 0x89, 0x50, 0x4e, 0x47],
  ['jpeg', 0xff, 0xd8, 0xff],
]

/** What the first bytes say a file is that is no text; null for anything else. */
export const binaryKind = (bytes: Uint8Array): string | null =>
  magics.find(([, ...mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0] ?? null

const headLength = 4_000

const isOfx = (head: string): boolean =>
  /<(?:\w{1,20}:)?OF[XC](?:\s[^<>]{0,300})?>|<\?OFX\b|OFXHEADER\s*[:=>]/i.test(head.slice(0, 2_500))

const isQif = (head: string): boolean =>
  /^(?:[ \t]*(?:#.*)?[\r\n])*[ \t]*!(?:Type|Account|Option|Clear)\b/i.test(head)

const isHtml = (head: string): boolean =>
  /^\s*(?:<\?xml[^<>]{0,200}>\s*)?(?:<!--[^]{0,500}?-->\s*)?<(?:!DOCTYPE\s+html|html)\b/i.test(head)

/** A page without anything to fill in but with rows is a table, which many banks call a workbook. */
const htmlKind = (head: string): string =>
  /<tr[\s>]/i.test(head) && !/<(?:form|input|script)[\s>]/i.test(head) ? 'html_table' : 'html'

const messageOf = (head: string): string | null =>
  /\b((?:camt|pain|pacs|acmt)\.\d{3}\.\d{3}\.\d{2})\b/i.exec(head)?.[1] ?? null

/** A message of SWIFT, with its envelope or without, or behind the lines that some banks put before it. */
const isSwift = (head: string): boolean =>
  /^\s*(?:\{1:F01|:20:)/.test(head) || (/^:20:/m.test(head) && /^:25:/m.test(head))

/** Kinds of documents that begin as text does. */
const documentKind = (head: string): string | null => {
  if (/^\s*%PDF-/.test(head)) return 'pdf'
  return /^\s*\{\\rtf/.test(head) ? 'rtf' : null
}

/** What text is made of beside its characters: blanks, ends of lines, pages and files. */
const isControl = (code: number): boolean =>
  code > 0 && code < 0x20 && !(code >= 0x09 && code <= 0x0d) && code !== 0x1a

const controlsMin = 8
const controlShare = 0.01

/** Programs, damaged archives and the like: no text has many of these signs. */
const isBinary = (head: string): boolean => {
  let count = 0
  for (let at = 0; at < head.length; at += 1) if (isControl(head.charCodeAt(at))) count += 1
  return count >= controlsMin && count > head.length * controlShare
}

/** What the text is; a problem where it is something else than a statement in one of our formats. */
export const detectFormat = (text: string): Format | Problem => {
  const head = text.slice(0, headLength)
  if (head.trim() === '') return problem('file_empty')
  if (isBinary(head)) return problem('not_a_statement')
  if (/^0{5}\d{6}[\d ]{3}05[ D] {7}/.test(head)) return 'coda'
  if (isOfx(head)) return 'ofx'
  if (isQif(head)) return 'qif'
  if (isHtml(head)) return problem('not_a_statement', { what: htmlKind(head) })
  const kind = documentKind(head)
  if (kind !== null) return problem('not_a_statement', { what: kind })
  if (isSwift(head)) return problem('wrong_message', { message: 'MT940' })
  if (/^\s*</.test(head)) return xmlKind(head)
  return 'csv'
}

const xmlKind = (head: string): Format | Problem => {
  if (/camt\.053\.|BkToCstmrStmt/.test(head)) return 'camt053'
  const message = messageOf(head)
  if (message !== null) return problem('wrong_message', { message: message.toLowerCase() })
  // what an envelope holds is told by its elements
  return 'camt053'
}
