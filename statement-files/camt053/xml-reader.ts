/** Walks through XML that arrives in pieces, along a tree of wanted elements. Nothing of the file is kept but what is open. */
import { limits } from '../limits.ts'
import type { FormatParser } from '../output.ts'
import type { Position } from '../parsed.ts'
import { problem, type Problem } from '../problem.ts'
import type { Attributes } from '../xml/attributes.ts'
import { Tokenizer, type TokenListener } from '../xml/tokenizer.ts'
import { childOf, type Node } from './tree.ts'

/** What the walk tells of where it is; valid while a node is called. */
export interface Place {
  /** Where the text of the innermost wanted element begins. */
  text: () => Position
  /** Where the start tag that is being read begins. */
  tag: () => Position
  /** Keeps the element that is being opened as written, until `endRaw`. */
  beginRaw: () => void
  endRaw: () => string
  /** Reads no further. */
  refuse: (told: Problem) => void
}

export interface Walk<State> {
  state: State
  /** Called for elements outside of the tree; returns the node where the tree begins. */
  outside: (name: string, attributes: Attributes) => Node<State> | null
  outsideClosed: () => void
  refuse: (told: Problem) => void
}

/** Thrown through the tokenizer to leave it at once; never leaves this file. */
const stopped = new Error('the file has been refused')

class XmlReader<State> implements FormatParser, TokenListener {
  readonly place: Place
  readonly #walk: Walk<State>
  readonly #tokens = new Tokenizer(this)
  readonly #stack: (Node<State> | null)[] = []
  #node: Node<State> | null = null
  /** Levels below an element that is not wanted. */
  #skipped = 0
  #text = ''
  #isStopped = false

  constructor(walk: (place: Place) => Walk<State>) {
    const tokens = this.#tokens
    this.place = {
      text: tokens.markedPosition.bind(tokens),
      tag: tokens.tagPosition.bind(tokens),
      beginRaw: tokens.keep.bind(tokens),
      endRaw: tokens.kept.bind(tokens),
      refuse: this.refuse.bind(this),
    }
    this.#walk = walk(this.place)
  }

  write(text: string): void {
    this.#untilStopped(() => this.#tokens.write(text))
  }

  end(): void {
    this.#untilStopped(() => this.#tokens.end())
  }

  #untilStopped(read: () => void): void {
    if (this.#isStopped) return
    try {
      read()
    } catch (error) {
      if (error !== stopped) throw error
    }
  }

  refuse(told: Problem): never {
    this.#isStopped = true
    this.#walk.refuse(told)
    throw stopped
  }

  open(name: string, attributes: Attributes): void {
    if (this.#skipped > 0) {
      this.#skipped += 1
      return
    }
    const parent = this.#node
    const node = parent === null ? this.#walk.outside(name, attributes) : childOf(parent, name)
    if (node === undefined) {
      this.#skipped = 1
      this.#tokens.collects = false
      return
    }
    this.#stack.push(parent)
    this.#node = node
    this.#text = ''
    this.#tokens.collects = node?.text !== undefined
    if (this.#tokens.collects) this.#tokens.mark()
    if (parent !== null) node?.open?.(this.#walk.state, attributes)
  }

  text(text: string): void {
    this.#text = this.#text === '' ? text : this.#text + text
    if (this.#text.length > limits.lineLength)
      this.refuse(
        problem('too_large', { what: 'text', limit: limits.lineLength }, this.place.text()),
      )
  }

  close(): void {
    if (this.#skipped > 0) this.#skipped -= 1
    else this.#leave()
    this.#tokens.collects = this.#skipped === 0 && this.#node?.text !== undefined
  }

  #leave(): void {
    const node = this.#node
    const text = this.#text
    this.#text = ''
    node?.text?.(this.#walk.state, text)
    node?.close?.(this.#walk.state)
    this.#node = this.#stack.pop() ?? null
    if (this.#node === null) this.#walk.outsideClosed()
  }
}

/** A reader that calls the nodes of a tree while text is written to it. */
export const createXmlReader = <State>(walk: (place: Place) => Walk<State>): FormatParser =>
  new XmlReader(walk)
