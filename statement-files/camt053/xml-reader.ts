/** Walks through XML that arrives in pieces, along a tree of wanted elements. Nothing of the file is kept but what is open. */
import { SaxesParser } from 'saxes'
import { limits } from '../limits.ts'
import type { FormatParser } from '../output.ts'
import type { Position } from '../parsed.ts'
import { problem, quoted, type Problem } from '../problem.ts'
import { bareAmpersand, unfinishedLength } from './ampersand.ts'
import { obstacleIn, type Obstacle } from './prolog.ts'
import { createRawText } from './raw-text.ts'
import { childOf, type Attributes, type Node } from './tree.ts'

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

/** Bare ampersands that turned out harmless (in CDATA, in comments): after so many nobody looks for the next. */
const ampersandsLookedAt = 1_000

class XmlReader<State> implements FormatParser {
  readonly place: Place
  readonly #walk: Walk<State>
  readonly #sax = new SaxesParser({ xmlns: false, fragment: false })
  readonly #raw = createRawText()
  readonly #stack: (Node<State> | null)[] = []
  #node: Node<State> | null = null
  /** Levels below an element that is not wanted. */
  #skipped = 0
  #depth = 0
  #attributeCount = 0
  #collects = false
  #text = ''
  #textLine = 0
  #textColumn = 0
  #tags = 0
  #held = ''
  #hasBegun = false
  #isBehindProlog = false
  #isStopped = false
  #isAtEnd = false
  #blankLines = 0
  #rootName = ''
  /** The tokenizer tells of text behind the root element where that text ends, or is cut. */
  #rootEnd: Position | null = null
  #quietLength = 0
  #ampersand: { position: Position; tags: number } | null = null
  #ampersandCount = 0

  constructor(walk: (place: Place) => Walk<State>) {
    const refuse = (told: Problem) => this.#refuse(told)
    this.place = {
      text: () => ({ line: this.#textLine, column: this.#textColumn }),
      tag: () => this.#tagPosition(),
      beginRaw: () => this.#raw.begin(this.#raw.startOf(this.#sax.position)),
      endRaw: () => this.#raw.end(this.#sax.position),
      refuse,
    }
    this.#walk = walk(this.place)
    this.#sax.on('attribute', () => this.#countAttribute())
    this.#sax.on('opentag', ({ name, attributes }) => this.#open(name, attributes))
    this.#sax.on('closetag', () => this.#close())
    this.#sax.on('text', (text) => this.#append(text))
    this.#sax.on('cdata', (text) => this.#append(text))
    this.#sax.on('doctype', () => this.#refuse(this.#lateDoctypeProblem()))
    this.#sax.on('error', () => this.#refuse(this.#faultProblem()))
  }

  write(text: string): void {
    if (this.#isStopped) return
    let fresh = this.#held + text
    this.#held = ''
    if (!this.#hasBegun) fresh = this.#begun(fresh)
    this.#untilStopped(() => {
      this.#isBehindProlog ||= this.#hasProlog(fresh)
      const end = this.#isBehindProlog ? fresh.length - unfinishedLength(fresh) : 0
      this.#held = fresh.slice(end)
      this.#feed(fresh.slice(0, end))
    })
  }

  end(): void {
    if (this.#isStopped) return
    this.#untilStopped(() => {
      this.#feed(this.#held)
      this.#isAtEnd = true
      this.#sax.close()
    })
  }

  #untilStopped(read: () => void): void {
    try {
      read()
    } catch (error) {
      if (error !== stopped) throw error
    }
  }

  #refuse(told: Problem): never {
    this.#isStopped = true
    this.#walk.refuse(told)
    throw stopped
  }

  #position(): Position {
    return { line: this.#sax.line + this.#blankLines, column: Math.max(1, this.#sax.column) }
  }

  #tagPosition(): Position {
    const { position, column: end, line } = this.#sax
    const column = end + 1 - (position - this.#raw.startOf(position))
    return { line: line + this.#blankLines, ...(column > 0 ? { column } : {}) }
  }

  /** XML begins with its first character; banks put blank lines before it. */
  #begun(text: string): string {
    const rest = text.trimStart()
    this.#hasBegun = rest !== ''
    this.#blankLines += text.slice(0, text.length - rest.length).split(/\r\n|\n|\r/).length - 1
    return rest
  }

  #feed(text: string): void {
    let from = 0
    while (this.#ampersandCount < ampersandsLookedAt) {
      const bare = bareAmpersand(text, from)
      if (bare < 0) break
      // what stands before it is read first: then the place is known
      this.#pass(text.slice(from, bare))
      this.#pass('&')
      this.#ampersandCount += 1
      if (this.#ampersand?.tags !== this.#tags)
        this.#ampersand = { position: this.#position(), tags: this.#tags }
      from = bare + 1
    }
    this.#pass(from === 0 ? text : text.slice(from))
  }

  #pass(text: string): void {
    if (text === '') return
    const tags = this.#tags
    this.#raw.piece(text)
    this.#sax.write(text)
    this.#quietLength = tags === this.#tags ? this.#quietLength + text.length : 0
    if (this.#quietLength > limits.lineLength) this.#refuse(this.#tooLong())
  }

  #tooLong(): Problem {
    const bare = this.#bareAmpersandProblem()
    return (
      bare ?? problem('too_large', { what: 'text', limit: limits.lineLength }, this.#position())
    )
  }

  #bareAmpersandProblem(): Problem | null {
    const isLast = this.#ampersand !== null && this.#ampersand.tags === this.#tags
    if (this.#ampersand === null || !isLast) return null
    return problem('malformed', { reason: 'xml', text: '&' }, this.#ampersand.position)
  }

  #faultProblem(): Problem {
    const bare = this.#bareAmpersandProblem()
    if (bare !== null) return bare
    if (!this.#isAtEnd)
      return problem('malformed', { reason: 'xml' }, this.#rootEnd ?? this.#position())
    const missing = this.#rootName === '' ? '' : `</${quoted(this.#rootName)}>`
    return problem('truncated', { missing }, this.#position())
  }

  /** Whether what stands in front of the root element is known; it is read before the tokenizer sees any of it. */
  #hasProlog(text: string): boolean {
    const obstacle = obstacleIn(text)
    if (obstacle === undefined && text.length < limits.lineLength) return false
    if (obstacle) this.#refuse(this.#obstacleProblem(obstacle, text))
    return true
  }

  #obstacleProblem({ kind, at }: Obstacle, text: string): Problem {
    if (kind === 'html') return problem('not_a_statement', { what: 'html' })
    const lines = text.slice(0, at).split(/\r\n|\n|\r/)
    const column = (lines.at(-1)?.length ?? 0) + 1
    const position = { line: this.#blankLines + lines.length, column }
    return kind === 'doctype'
      ? problem('forbidden_construct', { what: 'doctype' }, position)
      : problem('malformed', { reason: 'xml' }, position)
  }

  /** Behind more text than is read ahead. */
  #lateDoctypeProblem(): Problem {
    return problem('forbidden_construct', { what: 'doctype' }, this.#position())
  }

  #countAttribute(): void {
    this.#attributeCount += 1
    if (this.#attributeCount > limits.attributes)
      this.#refuse(
        problem('too_large', { what: 'attributes', limit: limits.attributes }, this.#position()),
      )
  }

  #open(name: string, attributes: Attributes): void {
    this.#attributeCount = 0
    this.#tags += 1
    this.#depth += 1
    if (this.#depth > limits.nesting)
      this.#refuse(
        problem('too_large', { what: 'nesting', limit: limits.nesting }, this.#position()),
      )
    if (this.#skipped > 0) this.#skipped += 1
    else if (this.#node === null) this.#openOutside(name, attributes)
    else this.#openInside(this.#node, name, attributes)
  }

  #openOutside(name: string, attributes: Attributes): void {
    if (this.#rootName === '') this.#rootName = name
    const node = this.#walk.outside(name, attributes)
    this.#stack.push(null)
    this.#node = node
  }

  #openInside(parent: Node<State>, name: string, attributes: Attributes): void {
    const node = childOf(parent, name)
    if (node === undefined) {
      this.#skipped = 1
      return
    }
    this.#stack.push(parent)
    this.#node = node
    this.#text = ''
    this.#collects = node.text !== undefined
    if (this.#collects) {
      this.#textLine = this.#sax.line + this.#blankLines
      this.#textColumn = this.#sax.column + 1
    }
    node.open?.(this.#walk.state, attributes)
  }

  #append(text: string): void {
    if (this.#collects && this.#skipped === 0)
      this.#text = this.#text === '' ? text : this.#text + text
  }

  #close(): void {
    this.#tags += 1
    this.#depth -= 1
    if (this.#skipped > 0) {
      this.#skipped -= 1
      return
    }
    const node = this.#node
    const text = this.#text
    this.#text = ''
    node?.text?.(this.#walk.state, text)
    node?.close?.(this.#walk.state)
    this.#node = this.#stack.pop() ?? null
    this.#collects = this.#node?.text !== undefined
    if (this.#node === null) this.#walk.outsideClosed()
    if (this.#depth === 0) this.#rootEnd = this.#position()
  }
}

/** A reader that calls the nodes of a tree while text is written to it. */
export const createXmlReader = <State>(walk: (place: Place) => Walk<State>): FormatParser =>
  new XmlReader(walk)
