/** Text and structured reference of an entry, out of the many places where banks put them. */
import type { ReferenceType } from '../parsed.ts'
import { asWarning, problem, quoted, type Problem } from '../problem.ts'
import { belgianReferenceIn, structuredReference } from '../structured-reference.ts'
import { limits } from '../limits.ts'
import type { Detail, Entry, Reference } from './records.ts'

/** A piece of unstructured text of this length goes on in the next, even in the middle of a word. */
const fullPiece = 140

export interface Remittance {
  text: string
  reference?: string
  referenceType?: ReferenceType
}

/** The text, or undefined where it only says that there is none. */
export const stated = (text: string | undefined): string | undefined => {
  if (text === undefined || text === '') return undefined
  const isFiller = text.length < 14 && /^(?:NOT ?PROVIDED|NONREF)$/i.test(text)
  return isFiller ? undefined : text
}

/** Joins pieces of free text as they were before the bank cut them. */
const joinPieces = (pieces: readonly string[]): string => {
  let text = ''
  let isFull = false
  for (const piece of pieces) {
    const shown = piece.trim()
    if (stated(shown) === undefined) continue
    const isNextFull = piece.length === fullPiece
    const begin = isFull ? piece.trimEnd() : shown
    text += `${text === '' || isFull ? '' : ' '}${isNextFull ? piece : begin}`
    isFull = isNextFull
    if (text.length >= limits.text) break
  }
  return /[\r\n\t]/.test(text) ? text.replace(/[\r\n\t] */g, ' ').trim() : text.trim()
}

interface ReferenceReading {
  found?: { value: string; type: ReferenceType }
  /** Kept as text because it is no reference. */
  rest?: string
  problem?: Problem
}

const claimsCheckDigits = ({ type, issuer, text }: Reference): boolean =>
  issuer?.toUpperCase() === 'BBA' || type?.toUpperCase() === 'QRR' || /^RF\d\d/i.test(text)

const readReference = (reference: Reference): ReferenceReading => {
  const text = stated(reference.text)
  if (text === undefined) return {}
  const found = structuredReference(text)
  if (found !== null) return { found }
  if (!claimsCheckDigits(reference)) return { found: { value: text, type: 'other' } }
  const { line, column } = reference
  const told = problem('reference_invalid', { text: quoted(text) }, { line, column })
  return { rest: text, problem: asWarning(told) }
}

const referencesOf = (
  references: readonly Reference[],
  tell: (told: Problem) => unknown,
): { first: ReferenceReading['found']; rest: string[] } => {
  const rest: string[] = []
  let first: ReferenceReading['found']
  for (const written of references) {
    const read = readReference(written)
    if (read.problem !== undefined) tell(read.problem)
    first ??= read.found
    const other = read.rest ?? read.found?.value
    if (other !== undefined && other !== first?.value) rest.push(other)
  }
  return { first, rest }
}

/** What one detail says: its reference, and its texts in the order in which they are read. */
export const remittanceOf = (detail: Detail, tell: (told: Problem) => unknown): Remittance => {
  const { references = [], structured = [], unstructured = [], additional } = detail
  const { first, rest } = referencesOf(references, tell)
  const texts = [...rest, ...structured, joinPieces(unstructured)]
  if (additional !== undefined) addOther(texts, additional)
  const text = joinTexts(texts)
  const reference = first ?? referenceWithin(text)
  if (reference === undefined) return { text }
  return { text, reference: reference.value, referenceType: reference.type }
}

/** Texts of different elements, each once, with a blank between them. */
const joinTexts = (texts: readonly string[]): string => {
  if (texts.length === 1) return stated(texts[0]) ?? ''
  let joined = ''
  for (const text of texts) {
    if (stated(text) === undefined) continue
    joined = joined === '' ? text : `${joined} ${text}`
    if (joined.length >= limits.text) break
  }
  return joined
}

const referenceWithin = (text: string): ReferenceReading['found'] => {
  if (!text.includes('+++') && !text.includes('***')) return undefined
  const value = belgianReferenceIn(text)
  return value === null ? undefined : { value, type: 'belgian' }
}

/** Banks repeat the same sentence in several elements. */
const addOther = (texts: string[], text: string): void => {
  const isThere = texts.some((other) => other === text || other.endsWith(` ${text}`))
  if (!isThere) texts.push(text)
}

/** Text and reference of the whole entry; a reference only where all its details agree on one. */
export const entryRemittance = (entry: Entry, ofDetails: readonly Remittance[]): Remittance => {
  const texts: string[] = []
  for (const { text } of ofDetails) if (text !== '' && texts.at(-1) !== text) texts.push(text)
  if (entry.additional !== undefined) addOther(texts, entry.additional)
  const text = joinTexts(texts)
  const [first] = ofDetails
  if (first?.reference !== undefined)
    return ofDetails.every(({ reference }) => reference === first.reference)
      ? { ...first, text }
      : { text }
  const found = ofDetails.length > 1 ? undefined : referenceWithin(text)
  if (found === undefined) return { text }
  return { text, reference: found.value, referenceType: found.type }
}
