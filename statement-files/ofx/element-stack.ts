/** Knows which element is open, whatever end tags a file leaves out, and collects the leaves that matter. */
import type { Element, Leaves } from './elements.ts'
import { createElements, createGround, innerLevel, ownText } from './elements.ts'
import { withoutReferences } from './entities.ts'
import { limits } from '../limits.ts'
import { isTagName } from './tag-names.ts'
import type { Tokenizer } from './tokenizer.ts'

interface ElementEvents {
  opened: (element: Element) => void
  /** `hasEndTag`: it was closed by its own end tag, not by what follows. */
  closed: (element: Element, hasEndTag: boolean) => void
  /** An end tag without its start, or a leaf of a line that stands in no line or twice in one. */
  misplaced: (name: string) => void
}

/** Twice as long as a text may be: references are longer than what they stand for. */
const maxText = 2 * limits.text

/** The text as people read it: references replaced, one blank where there were many or control characters. */
const readable = (written: string): string =>
  withoutReferences(written)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()

const blank = 0x20

/** Whether a part of a text may hold anything but single blanks and plain characters. */
const needsCare = (source: string, start: number, end: number): boolean => {
  let earlier = 0
  for (let at = start; at < end; at += 1) {
    const code = source.charCodeAt(at)
    if (code < blank || code > 0x7e || code === 0x26 || (code === blank && earlier === blank))
      return true
    earlier = code
  }
  return false
}

const blanksEnd = (source: string, start: number, end: number): number => {
  let at = start
  while (at < end && source.charCodeAt(at) <= blank) at += 1
  return at
}

const blanksStart = (source: string, start: number, end: number): number => {
  let at = end
  while (at > start && source.charCodeAt(at - 1) <= blank) at -= 1
  return at
}

/** Leaves in which people write, angle brackets as well. */
const textLeaves = new Set(['NAME', 'NAME2', 'EXTDNAME', 'MEMO', 'MESSAGE', ownText])

/** How far back a text is looked at. */
const tailLength = 200
const isSetOff = /\S[ \t]+$/

/** Leaves without which a line is none. */
const lineLeaves = new Set(['TRNAMT', 'DTPOSTED'])

export class ElementStack {
  readonly elements = createElements()
  readonly #events: ElementEvents
  readonly #ground = createGround()
  readonly #open: Element[] = [this.#ground]
  readonly #tokenizer: () => Tokenizer
  #top: Element = this.#ground
  #leaves: Leaves = this.#ground.leaves
  /** Slot of the leaf being read; -1 where text does not matter. */
  #slot = -1
  #name = ''
  #text = ''
  #needsCare = false

  constructor(events: ElementEvents, tokenizer: () => Tokenizer) {
    this.#events = events
    this.#tokenizer = tokenizer
  }

  get top(): Element {
    return this.#top
  }

  /** A version written as an element before the document. */
  get version(): string {
    return this.#ground.leaves.text('VERSION')
  }

  isOpen(name: string): boolean {
    const element = this.elements.get(name)
    return element !== undefined && this.#open.includes(element)
  }

  /** See `TokenSink`. */
  isTag(name: string): boolean {
    return this.#slot < 0 || !textLeaves.has(this.#name) || isTagName(name)
  }

  /** A word is set off by a blank from others before it on its line; see `TokenSink`. */
  isWord(source: string, start: number, end: number): boolean {
    const earlier = this.#text.slice(-tailLength)
    return isSetOff.test(earlier + source.slice(Math.max(start, end - tailLength), end))
  }

  open(name: string): void {
    if (this.#slot >= 0) this.#finishLeaf()
    const slot = this.#top.leaves.slot(name)
    if (slot !== undefined) return this.#beginLeaf(this.#top.leaves, slot, name)
    const element = this.elements.get(name)
    if (element !== undefined) return this.#begin(element)
    if (this.#top.level === innerLevel) this.#openBelow(name)
    else if (lineLeaves.has(name)) this.#events.misplaced(name)
  }

  close(name: string): void {
    const isLeaf = this.#slot >= 0 && name === this.#name
    if (this.#slot >= 0) this.#finishLeaf()
    if (isLeaf) return
    const element = this.elements.get(name)
    if (element === undefined) return
    if (!this.#open.includes(element)) return this.#events.misplaced(`/${name}`)
    while (this.#top !== element) this.#pop(false)
    this.#pop(true)
  }

  text(source: string, start: number, end: number): void {
    if (this.#slot >= 0) this.part(source, start, blanksStart(source, start, end))
  }

  part(source: string, start: number, end: number): void {
    if (this.#slot < 0 || this.#text.length > maxText) return
    const isFirst = this.#text === ''
    const from = isFirst ? blanksEnd(source, start, end) : start
    const to = Math.min(end, from + maxText)
    if (from >= to) return
    // parts may meet blank to blank
    this.#needsCare ||= !isFirst || needsCare(source, from, to)
    this.#text += source.slice(from, to)
  }

  literal(text: string): void {
    if (this.#slot < 0 || this.#text.length > maxText) return
    this.#needsCare = true
    this.#text += text.slice(0, maxText).replaceAll('&', '&amp;')
  }

  /** An inner element may lack its end tag: the leaf belongs to the line around it. */
  #openBelow(name: string): void {
    const below = this.#open.at(-2)
    const slot = below?.leaves.slot(name)
    if (below !== undefined && slot !== undefined) this.#beginLeaf(below.leaves, slot, name)
  }

  #beginLeaf(leaves: Leaves, slot: number, name: string): void {
    const isSecond = leaves.at(slot) !== ''
    if (isSecond && lineLeaves.has(name)) this.#events.misplaced(name)
    // the first one counts, but for texts, which follow each other
    if (isSecond && (name !== 'MEMO' || leaves.at(slot).length > limits.text)) return
    this.#leaves = leaves
    this.#slot = slot
    this.#name = name
    const tokenizer = this.#tokenizer()
    tokenizer.locate()
    leaves.place(slot, tokenizer)
  }

  #finishLeaf(): void {
    const text = this.#needsCare ? readable(this.#text) : this.#text.trimEnd()
    this.#text = ''
    this.#needsCare = false
    if (text !== '') {
      const earlier = this.#leaves.at(this.#slot)
      this.#leaves.put(this.#slot, earlier === '' ? text : `${earlier} ${text}`)
    }
    this.#slot = -1
  }

  #begin(element: Element): void {
    while (this.#top.level >= element.level) this.#pop(false)
    const tokenizer = this.#tokenizer()
    tokenizer.locate()
    element.line = tokenizer.line
    element.column = tokenizer.column
    element.leaves.clear()
    this.#open.push(element)
    this.#top = element
    this.#events.opened(element)
    const own = element.leaves.slot(ownText)
    if (own !== undefined) this.#beginLeaf(element.leaves, own, ownText)
  }

  #pop(hasEndTag: boolean): void {
    const element = this.#open.pop()
    this.#top = this.#open.at(-1) ?? this.#ground
    if (element !== undefined) this.#events.closed(element, hasEndTag)
  }
}
