/** Comments, character data, instructions and document types: what begins with `<!` or `<?`. */
import { problem, type Problem } from '../problem.ts'
import { isName } from './names.ts'

/** What is not as it should be, and where. */
export interface Fault {
  at: number
  told?: Problem
}

export interface Markup {
  /** Index behind it. */
  end: number
  /** Character data as written. */
  text?: string
}

/** What stands at an index: null where the text ends before it does. */
type Reading = Markup | Fault | null

const comment = '<!--'
const characters = '<![CDATA['
const doctype = '<!DOCTYPE'
/** So much more of a document type tells whether it is that of a web page. */
const nameLength = ' html'.length

const declaration =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>$/

const commentAt = (text: string, from: number): Reading => {
  const dashes = text.indexOf('--', from + comment.length)
  if (dashes < 0 || dashes + 2 === text.length) return null
  return text.charAt(dashes + 2) === '>' ? { end: dashes + 3 } : { at: dashes }
}

const charactersAt = (text: string, from: number): Reading => {
  const begin = from + characters.length
  const end = text.indexOf(']]>', begin)
  return end < 0 ? null : { end: end + 3, text: text.slice(begin, end) }
}

/** Document types are refused before anything of them is read: they have been used to attack readers. */
const doctypeAt = (text: string, from: number): Reading => {
  const name = text.slice(from + doctype.length, from + doctype.length + nameLength)
  if (name.length < nameLength) return null
  return /^\shtml/i.test(name)
    ? { at: from, told: problem('not_a_statement', { what: 'html' }) }
    : { at: from, told: problem('forbidden_construct', { what: 'doctype' }) }
}

/** Whether a text that ends early may be the begin of what is known. */
const isCut = (text: string, from: number): boolean =>
  text.length - from < characters.length &&
  [comment, characters, doctype].some((begin) => begin.startsWith(text.slice(from)))

/** What begins with `<!`. */
export const declaredAt = (text: string, from: number, isInside: boolean): Reading => {
  if (text.startsWith(comment, from)) return commentAt(text, from)
  if (isInside && text.startsWith(characters, from)) return charactersAt(text, from)
  if (text.startsWith(doctype, from)) return doctypeAt(text, from)
  return isCut(text, from) ? null : { at: from }
}

/** What begins with `<?`: a declaration stands at the very begin only, instructions anywhere. */
export const instructionAt = (text: string, from: number, isFirst: boolean): Reading => {
  const end = text.indexOf('?>', from + 2)
  if (end < 0) return null
  const target = /^[^ \t\r\n]*/.exec(text.slice(from + 2, end))?.[0] ?? ''
  const isDeclaration = isFirst && target === 'xml'
  const isSound = isDeclaration
    ? declaration.test(text.slice(from, end + 2))
    : isName(target) && target.toLowerCase() !== 'xml'
  return isSound ? { end: end + 2 } : { at: from }
}
