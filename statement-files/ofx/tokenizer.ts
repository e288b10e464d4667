/**
 * Cuts OFX text, SGML and XML alike, into tags and the text between them: one pass over pieces of any cut, never back.
 */
import { limits } from '../limits.ts'
import { notMarkup, TagScanner, tooLong, unfinished } from './tag-scanner.ts'
import type { TokenSink } from './token-sink.ts'

const maxInstruction = 1_000

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09

type Mode = 'text' | 'comment' | 'literal' | 'instruction'
const ends: Readonly<Record<Exclude<Mode, 'text'>, string>> = {
  comment: '-->',
  literal: ']]>',
  instruction: '>',
}

export class Tokenizer {
  /** Place of the tag that was last located, from 1. */
  line = 1
  column = 1
  readonly #sink: TokenSink
  #source = ''
  /** Where reading goes on. */
  #from = 0
  /** First character of the tag that is being told. */
  #at = 0
  #mode: Mode = 'text'
  #instruction = ''
  readonly #tag = new TagScanner()
  #lineFrom = 0
  #nextLineEnd = -1
  #lineEnd = ''
  /** A carriage return at the end of a piece, as long as it is not known what ends lines here. */
  #held = ''
  #isStopped = false
  #kept = ''
  #keptFrom = -1

  constructor(sink: TokenSink) {
    this.#sink = sink
  }

  write(text: string): void {
    if (text === '' || this.#isStopped) return
    const whole = this.#held + text
    if (this.#lineEnd === '') this.#lineEnd = /\r(?=[^\n])|\n/.exec(whole)?.[0] ?? ''
    this.#held = this.#lineEnd === '' && whole.endsWith('\r') ? '\r' : ''
    this.#take(this.#held === '' ? whole : whole.slice(0, -1))
    this.#run()
  }

  /** The text is over: an unfinished tag is text. */
  end(): void {
    if (this.#held !== '') {
      this.#lineEnd = this.#held
      this.#take(this.#held)
      this.#run()
    }
    const length = this.#source.length
    if (this.#mode === 'text' && this.#from < length)
      this.#sink.text(this.#source, this.#from, length)
    this.#at = length
  }

  stop(): void {
    this.#isStopped = true
  }

  /** Finds out line and column of the tag that is being told. */
  locate(): void {
    this.#countLines(this.#at)
    this.column = this.#at - this.#lineFrom + 1
  }

  /** Begins to keep the text as written, from the tag that is being told. */
  keep(): void {
    this.#kept = ''
    this.#keptFrom = this.#at
  }

  /** The text kept since then, up to the tag that is being told or with it. */
  kept(isWithTag: boolean): string {
    if (this.#keptFrom < 0) return ''
    const text = this.#kept + this.#source.slice(this.#keptFrom, isWithTag ? this.#from : this.#at)
    this.#keptFrom = -1
    this.#kept = ''
    return text.slice(0, limits.text)
  }

  #take(text: string): void {
    this.#countLines(this.#from)
    this.#lineFrom -= this.#from
    if (this.#keptFrom >= 0) this.#keepOn()
    this.#source = this.#from < this.#source.length ? this.#source.slice(this.#from) + text : text
    this.#from = 0
    this.#nextLineEnd = this.#lineEnd === '' ? -1 : this.#source.indexOf(this.#lineEnd)
  }

  #keepOn(): void {
    if (this.#kept.length < limits.text)
      this.#kept += this.#source.slice(this.#keptFrom, this.#from)
    this.#keptFrom = 0
  }

  #countLines(end: number): void {
    while (this.#nextLineEnd >= 0 && this.#nextLineEnd < end) {
      this.line += 1
      this.#lineFrom = this.#nextLineEnd + 1
      this.#nextLineEnd = this.#source.indexOf(this.#lineEnd, this.#lineFrom)
    }
  }

  #run(): void {
    while (this.#from < this.#source.length && !this.#isStopped) {
      const isFinished = this.#mode === 'text' ? this.#readText() : this.#readSpecial(this.#mode)
      if (!isFinished) return
    }
  }

  /** Reads tags until something else than a tag begins; false where the piece ends first. */
  #readText(): boolean {
    const source = this.#source
    let open = source.indexOf('<', this.#from)
    while (open >= 0 && !this.#isStopped) {
      const end = this.#markup(open)
      if (end === unfinished) {
        this.#tellPart(open)
        return false
      }
      if (end === notMarkup || this.#isWord(open)) open = source.indexOf('<', open + 1)
      else {
        if (this.#mode !== 'text') return this.#leave(open, end)
        this.#tellText(open)
        this.#from = end
        this.#at = open
        this.#tell()
        open = source.indexOf('<', end)
      }
    }
    if (!this.#isStopped) this.#tellPart(source.length)
    return false
  }

  /** A name between angle brackets within a text, as in `Jan <JP> Peeters`, is a tag only where tags have such a name. */
  #isWord(open: number): boolean {
    if (this.#mode !== 'text' || this.#tag.isEndTag) return false
    // nearly every tag stands behind a line end or another tag
    if (open > this.#from && !isBlank(this.#source.charCodeAt(open - 1))) return false
    if (this.#sink.isTag(this.#tag.name(this.#source))) return false
    return this.#sink.isWord(this.#source, this.#from, open)
  }

  /** Something else than a tag begins; the text may go on behind it. */
  #leave(open: number, end: number): boolean {
    this.#tellPart(open)
    this.#from = end
    return true
  }

  #tellPart(end: number): void {
    if (end > this.#from) this.#sink.part(this.#source, this.#from, end)
    this.#from = end
  }

  #tellText(end: number): void {
    if (end > this.#from) this.#sink.text(this.#source, this.#from, end)
    this.#from = end
  }

  #tell(): void {
    const { isEndTag, isSelfClosed } = this.#tag
    const name = this.#tag.name(this.#source)
    if (isEndTag) this.#sink.close(name)
    else {
      this.#sink.open(name)
      if (isSelfClosed) this.#sink.close(name)
    }
  }

  /** First character behind the markup that begins at `open`, or why there is none. */
  #markup(open: number): number {
    const code = this.#source.charCodeAt(open + 1)
    if (this.#tag.isStart(code)) {
      const end = this.#tag.scan(this.#source, open)
      return end === tooLong ? this.#refuseName(open) : end
    }
    if (code === 0x21 || code === 0x3f) return this.#special(open)
    return open + 1 < this.#source.length ? notMarkup : unfinished
  }

  #refuseName(open: number): number {
    this.#at = open
    this.#isStopped = true
    this.#sink.longName(this.#tag.beginning(this.#source, open))
    return notMarkup
  }

  #special(open: number): number {
    const source = this.#source
    if (source.charCodeAt(open + 1) === 0x3f) return this.#begin('instruction', open + 2)
    const start = source.slice(open, open + 9)
    if (start.startsWith('<!--')) return this.#begin('comment', open + 4)
    if (start === '<![CDATA[') return this.#begin('literal', open + 9)
    const declared = /^<!(DOCTYPE|ENTITY)/i.exec(start)?.[1]
    if (declared === undefined) return start.length < 9 ? unfinished : notMarkup
    this.#at = open
    this.#sink.declaration(declared.toUpperCase() === 'ENTITY' ? 'entity' : 'doctype')
    return notMarkup
  }

  #begin(mode: Mode, end: number): number {
    this.#mode = mode
    this.#instruction = ''
    return end
  }

  /** Reads up to the end of a comment and the like; false where the piece ends first. */
  #readSpecial(mode: Exclude<Mode, 'text'>): boolean {
    const mark = ends[mode]
    const found = this.#source.indexOf(mark, this.#from)
    // a mark may be cut by the end of the piece
    const end = found < 0 ? Math.max(this.#from, this.#source.length - mark.length + 1) : found
    this.#tellSpecial(mode, this.#source.slice(this.#from, end))
    this.#from = found < 0 ? end : end + mark.length
    if (found < 0) return false
    this.#mode = 'text'
    if (mode === 'instruction') this.#sink.instruction(this.#instruction)
    return true
  }

  #tellSpecial(mode: Mode, text: string): void {
    if (mode === 'literal') this.#sink.literal(text)
    if (mode === 'instruction' && this.#instruction.length < maxInstruction)
      this.#instruction += text.slice(0, maxInstruction)
  }
}
