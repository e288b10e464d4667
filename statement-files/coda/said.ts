/** One record 21 with the records that continue and explain it, and what they say. */
import type { ParsedLine } from '../parsed.ts'
import type { CodaRecord } from './layout.ts'
import type { DayReader, Tell } from './reading.ts'

/** What records 31 to 33 say together. */
interface Information {
  isStructured: boolean
  text: string
}

export interface Entry {
  record: CodaRecord
  second?: string
  third?: string
  information: Information[]
}

/** What the fields of one statement are read with. */
export interface Reading {
  tell: Tell
  days: DayReader
  currency?: string
}

/** What an entry says beside its amount and its days. */
export type Said = Pick<
  ParsedLine,
  | 'text'
  | 'counterparty'
  | 'counterpartyAccount'
  | 'counterpartyBic'
  | 'reference'
  | 'referenceType'
  | 'original'
  | 'endToEndId'
  | 'mandateId'
  | 'chequeNumber'
>

/** An entry while it is read. */
export interface Telling {
  said: Said
  texts: string[]
  entry: Entry
  reading: Reading
}

export const addText = (texts: string[], text: string): void => {
  if (text !== '') texts.push(text)
}

/** A free text and what the next record adds: a full record cuts words, blanks that fill one up are one blank. */
export const continued = (text: string, next: string): string => {
  const ended = text.trimEnd()
  return ended === '' || ended.length === text.length
    ? ended + next
    : `${ended} ${next.trimStart()}`
}
