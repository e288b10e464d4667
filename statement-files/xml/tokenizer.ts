/** Cuts XML that arrives in pieces of any length into tags and texts, and refuses what is not well-formed where it stands. */
import { limits } from '../limits.ts'
import type { FormatParser } from '../output.ts'
import type { Position } from '../parsed.ts'
import { problem, quoted, type Problem } from '../problem.ts'
import { readAttributes, type AttributeReading, type Attributes } from './attributes.ts'
import { KeptText } from './kept-text.ts'
import { declaredAt, instructionAt, type Fault, type Markup } from './markup.ts'
import { isAt, Names } from './names.ts'
import { Pieces, type Piece } from './pieces.ts'
import { Places } from './places.ts'
import { bareAmpersand, bareAt, expanded, mayBeReference } from './references.ts'

/** Whoever is told of tags and texts in the order of the file. */
export interface TokenListener {
  open: (name: string, attributes: Attributes) => void
  close: () => void
  /** Only while the tokenizer collects; one element may have several texts. */
  text: (text: string) => void
  /** Ends the reading: it throws. */
  refuse: (told: Problem) => never
}

const none: Attributes = new Map()
const less = 0x3c
const greater = 0x3e
const slash = 0x2f
const exclamation = 0x21
const question = 0x3f
const rememberedLength = 200

const next = (text: string, sign: string, from: number): number => {
  const found = text.indexOf(sign, from)
  return found < 0 ? Infinity : found
}

const tooLong = (): Problem => problem('too_large', { what: 'text', limit: limits.lineLength })

export class Tokenizer implements FormatParser {
  /** Whether texts are told. */
  collects = false
  readonly #listener: TokenListener
  readonly #names = new Names()
  readonly #places = new Places()
  readonly #kept = new KeptText()
  readonly #pieces = new Pieces((piece) => this.#take(piece))
  /** What is being read; the token that is told of stands from `#from` to `#to`. */
  #text = ''
  #from = 0
  #to = 0
  #codes = this.#places.codes
  #tags = this.#places.tags
  /** Index among the tags of the next one. */
  #tag = 0
  /** The attributes of the last tag that had some, as they were written up to its end. */
  #written = ''
  #attributes = none
  #ampersand = -1
  #brackets = -1
  readonly #open: string[] = []
  /** Name of the innermost element that is open. */
  #name = ''
  #rootName = ''
  #hasBegun = false
  #isFirst = true

  constructor(listener: TokenListener) {
    this.#listener = listener
  }

  write(text: string): void {
    this.#pieces.write(text)
  }

  end(): void {
    this.#read(this.#pieces.last())
    const isInText = this.#code(this.#from) !== less
    if (isInText && this.#name !== '') this.#checkReferences(this.#text.length, true)
    else if (isInText && this.#rootName !== '') return
    const missing = this.#rootName === '' ? '' : `</${quoted(this.#rootName)}>`
    const { line = 1, column = 1 } = this.#places.at(this.#text.length)
    const position = { line, column: Math.max(1, column - 1) }
    this.#listener.refuse(problem('truncated', { missing }, position))
  }

  /** Where the tag begins that is told of. */
  tagPosition(): Position {
    return this.#places.at(this.#from)
  }

  /** Remembers the place behind the tag that is told of. */
  mark(): void {
    this.#places.mark(this.#to)
  }

  /** The place that was remembered last. */
  markedPosition(): Position {
    return this.#places.marked()
  }

  /** Keeps the element as written whose start tag is told of. */
  keep(): void {
    this.#kept.begin(this.#from)
  }

  /** What was kept, to the end of the tag that is told of. */
  kept(): string {
    return this.#kept.end(this.#text, this.#to)
  }

  /** Reads all tokens that are whole; returns where they end. */
  #take(piece: Piece): number {
    this.#read(piece)
    this.#places.drop(this.#from)
    this.#kept.drop(this.#text, this.#from)
    return this.#from
  }

  #read({ text, heldBack, isBeforeTag }: Piece): void {
    const end = text.length - heldBack
    const sound = Math.min(end, this.#places.survey(text, isBeforeTag))
    this.#codes = this.#places.codes
    this.#tags = this.#places.tags
    this.#text = sound === text.length ? text : text.slice(0, sound)
    this.#from = 0
    this.#tag = 0
    this.#ampersand = -1
    this.#brackets = -1
    if (this.#hasBegun || this.#begins()) while (this.#from < sound && this.#next()) this.#pass()
    if (sound - this.#from > limits.lineLength) this.#fault({ at: this.#from, told: tooLong() })
    if (sound < end) this.#fault({ at: sound })
  }

  /** XML begins with its first character; banks put blank lines before it. */
  #begins(): boolean {
    const begin = this.#text.length - this.#text.trimStart().length
    this.#hasBegun = begin < this.#text.length
    if (this.#hasBegun) this.#from = begin
    return this.#hasBegun
  }

  #pass(): void {
    if (this.#to - this.#from > limits.lineLength) this.#fault({ at: this.#from, told: tooLong() })
    this.#from = this.#to
    this.#isFirst = false
  }

  #fault({ at, told = problem('malformed', { reason: 'xml' }) }: Fault): never {
    this.#listener.refuse({ ...told, position: this.#places.at(at) })
  }

  /** Reads the token that begins where the last one ended; false where it does not end yet. */
  #next(): boolean {
    if (this.#code(this.#from) !== less) return this.#readText()
    switch (this.#code(this.#from + 1)) {
      case slash:
        return this.#readEnd()
      case exclamation:
        return this.#readMarkup(declaredAt(this.#text, this.#from, this.#name !== ''))
      case question:
        return this.#readMarkup(instructionAt(this.#text, this.#from, this.#isFirst))
      default:
        return this.#readStart()
    }
  }

  #code(index: number): number {
    return this.#codes[index] ?? 0
  }

  /** Where the text from an index on ends; -1 where that is not known yet. */
  #textEnd(from: number): number {
    const tags = this.#tags
    let tag = tags[this.#tag] ?? from
    while (tag < from) {
      this.#tag += 1
      tag = tags[this.#tag] ?? from
    }
    return tag > this.#text.length ? -1 : tag
  }

  #readText(): boolean {
    const from = this.#from
    const end = this.#textEnd(from)
    if (this.#open.length === 0) this.#checkOutside(end < 0 ? this.#text.length : end)
    if (end < 0) return false
    this.#to = end
    if (this.#brackets < from) this.#brackets = next(this.#text, ']]>', from)
    if (this.#brackets < end) this.#fault({ at: this.#brackets })
    if (this.#ampersand < from) this.#ampersand = next(this.#text, '&', from)
    const hasReference = this.#ampersand < end
    if (hasReference) this.#checkReferences(end, false)
    if (this.collects && this.#name !== '') this.#tell(this.#text.slice(from, end), hasReference)
    return true
  }

  #tell(written: string, hasReference: boolean): void {
    const text = written.includes('\r') ? written.replace(/\r\n?/g, '\n') : written
    this.#listener.text(hasReference ? expanded(text) : text)
  }

  /** Where the text is cut, a reference may be as well. */
  #checkReferences(end: number, isCut: boolean): void {
    const written = this.#text.slice(this.#from, end)
    const bare = bareAmpersand(written)
    if (bare < 0 || (isCut && mayBeReference(written.slice(bare)))) return
    this.#fault(bareAt(this.#from + bare))
  }

  /** Around the root element there are blanks only. */
  #checkOutside(end: number): void {
    const begin = this.#text.slice(this.#from, end).search(/[^ \t\r\n]/)
    if (begin >= 0) this.#fault({ at: this.#from + begin })
  }

  #readMarkup(found: Markup | Fault | null): boolean {
    if (found === null) return false
    if ('at' in found) this.#fault(found)
    this.#to = found.end
    if (found.text !== undefined && this.collects) this.#tell(found.text, false)
    return true
  }

  #readStart(): boolean {
    const text = this.#text
    const name = this.#names.read(text, this.#codes, this.#from + 1)
    const nameEnd = this.#from + 1 + name.length
    if (nameEnd === text.length) return false
    if (name === '') this.#fault({ at: this.#from })
    if (this.#code(nameEnd) === greater) {
      this.#to = nameEnd + 1
      this.#openElement(name, none)
      return true
    }
    if (this.#code(nameEnd) === slash) return this.#readTagEnd(name, none, nameEnd)
    if (this.#written !== '' && text.startsWith(this.#written, nameEnd))
      return this.#readTagEnd(name, this.#attributes, nameEnd + this.#written.length - 1)
    const read = readAttributes({ text, codes: this.#codes, names: this.#names }, nameEnd)
    if (read === null) return false
    if ('at' in read) this.#fault(read)
    this.#remember(nameEnd, read)
    return this.#readTagEnd(name, read.attributes, read.end)
  }

  /** Attributes are mostly written as the last ones were. */
  #remember(from: number, { attributes, end }: AttributeReading): void {
    const isShort = this.#code(end) === greater && end - from < rememberedLength
    this.#written = isShort ? this.#text.slice(from, end + 1) : ''
    this.#attributes = attributes
  }

  #readTagEnd(name: string, attributes: Attributes, end: number): boolean {
    const isEmpty = this.#code(end) === slash
    if (isEmpty && end + 1 === this.#text.length) return false
    if (isEmpty && this.#code(end + 1) !== greater) this.#fault({ at: end })
    this.#to = isEmpty ? end + 2 : end + 1
    this.#openElement(name, attributes)
    if (isEmpty) this.#closeElement()
    return true
  }

  #readEnd(): boolean {
    const nameFrom = this.#from + 2
    const nameEnd = nameFrom + this.#name.length
    const isUsual = this.#code(nameEnd) === greater && isAt(this.#codes, nameFrom, this.#name)
    if (!isUsual || this.#name === '') return this.#readOtherEnd(nameFrom)
    this.#to = nameEnd + 1
    this.#closeElement()
    return true
  }

  /** An end tag with blanks in it, or of another element. */
  #readOtherEnd(nameFrom: number): boolean {
    const end = this.#text.indexOf('>', nameFrom)
    if (end < 0) return false
    const written = this.#text.slice(nameFrom, end)
    const name = /^[^ \t\r\n]*/.exec(written)?.[0] ?? ''
    const isBare = !/[^ \t\r\n]/.test(written.slice(name.length))
    if (name === '' || name !== this.#name || !isBare) this.#faultTag(this.#from, end + 1)
    this.#to = end + 1
    this.#closeElement()
    return true
  }

  #faultTag(at: number, end: number): never {
    const text = quoted(this.#text.slice(at, end))
    this.#fault({ at, told: problem('malformed', { reason: 'xml', text }) })
  }

  #openElement(name: string, attributes: Attributes): void {
    if (this.#open.length === 0 && this.#rootName !== '') this.#faultTag(this.#from, this.#to)
    if (this.#open.length >= limits.nesting) {
      const told = problem('too_large', { what: 'nesting', limit: limits.nesting })
      this.#fault({ at: this.#from, told })
    }
    this.#rootName ||= name
    this.#open.push(this.#name)
    this.#name = name
    this.#listener.open(name, attributes)
  }

  #closeElement(): void {
    this.#name = this.#open.pop() ?? ''
    this.#listener.close()
  }
}
