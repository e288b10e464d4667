/** Reads statements that tell one fact a line, `Date: 31/01/2024`, as the rows of a table whose names are the labels. */
import { limits } from '../limits.ts'
import { kindOf, trimmed } from './cell.ts'
import { hintsOf } from './names.ts'
import type { RowListener, RowReader } from './row-reader.ts'

/** What separates the cells of such a row: the end of a line. */
export const recordDelimiter = '\n'

const [lineFeed, carriageReturn] = [10, 13]
const lineEnd = /\r\n?|\n/

interface Fact {
  label: string
  value: string
}

interface Block {
  facts: Fact[]
  line: number
  length: number
}

const labelled = /^\s{0,20}(\p{L}[^:\d\t;|"]{1,29}):\s{0,20}(.*)$/u
const blank = /^\s*$/

const factOf = (text: string): Fact | null => {
  const [, label, value] = labelled.exec(text) ?? []
  return label === undefined ? null : { label: trimmed(label), value: trimmed(value ?? '') }
}

const linesLooked = 200
const share = 0.8

const isDay = ({ label, value }: Fact): boolean =>
  kindOf(value) === 'date' && hintsOf(label)[0]?.role === 'booked_on'

const amountRoles: ReadonlySet<string> = new Set(['amount', 'debit', 'credit'])

const isAmount = ({ label, value }: Fact): boolean =>
  kindOf(value) === 'amount' && amountRoles.has(hintsOf(label)[0]?.role ?? '')

/** Whether a text is made of facts, among which are days and amounts. */
export const areRecords = (head: string): boolean => {
  const lines = head
    .split(lineEnd, linesLooked)
    .filter((text) => !blank.test(text))
    .map((text) => text.slice(0, limits.lineLength))
  const facts = lines.flatMap((text) => factOf(text) ?? [])
  return facts.length >= lines.length * share && facts.some(isDay) && facts.some(isAmount)
}

/** Lines held back until the labels of the table are known. */
const linesHeld = 500
const labelsMax = 100

const isRecord = ({ facts }: Block): boolean => facts.some(isDay)

/** The cells of a record in the order of the labels; what no label announces goes on with the text above. */
const cellsOf = ({ facts }: Block, labels: readonly string[]): string[] => {
  const cells = labels.map(() => '')
  let at = 0
  for (const { label, value } of facts) {
    const index = labels.indexOf(label)
    if (index >= 0) at = index
    const said = index < 0 ? `${label}: ${value}` : value
    cells[at] = cells[at] === '' ? said : `${cells[at] ?? ''} ${said}`
  }
  return cells
}

/** The first line of a record that may follow its header. */
const firstLine = 2

class RecordReader implements RowReader {
  readonly #listener: RowListener
  #rest = ''
  #line = 0
  #isStopped = false
  #lastCode = lineFeed
  #block: Block | null = null
  /** Blocks that wait for the labels; null once these are known. */
  #held: Block[] | null = []
  #labels: string[] = []

  constructor(listener: RowListener) {
    this.#listener = listener
  }

  write(piece: string): void {
    if (piece === '' || this.#isStopped) return
    this.#lastCode = piece.charCodeAt(piece.length - 1)
    const text = this.#rest + piece
    // a carriage return may be the first half of an end of line
    const whole = this.#lastCode === carriageReturn ? text.slice(0, -1) : text
    const lines = whole.split(lineEnd)
    this.#rest = (lines.pop() ?? '') + text.slice(whole.length)
    this.#see(lines)
    if (this.#rest.length > limits.lineLength) this.#stop(this.#line + 1)
  }

  end(): void {
    this.#see(this.#rest.split(lineEnd))
    this.#close()
    if (this.#held !== null) this.#start(this.#held)
  }

  endedWithLine(): boolean {
    return this.#lastCode === lineFeed || this.#lastCode === carriageReturn
  }

  #see(lines: readonly string[]): void {
    for (const text of lines) {
      if (this.#isStopped) return
      this.#line += 1
      if (blank.test(text)) this.#close()
      else this.#take(text)
    }
  }

  #take(text: string): void {
    const fact = factOf(text)
    // a label that comes again begins the next record
    if (fact !== null && this.#block?.facts.some(({ label }) => label === fact.label) === true)
      this.#close()
    const block = (this.#block ??= { facts: [], line: this.#line, length: 0 })
    const last = block.facts.at(-1)
    if (fact !== null) block.facts.push(fact)
    else if (last === undefined) block.facts.push({ label: trimmed(text), value: '' })
    else last.value = `${last.value} ${trimmed(text)}`
    block.length += text.length
    if (block.length > limits.lineLength || block.facts.length > labelsMax) this.#stop(block.line)
  }

  #stop(line: number): void {
    if (!this.#isStopped) this.#listener.tooLong(line)
    this.#isStopped = true
    this.#block = null
  }

  #close(): void {
    const block = this.#block
    this.#block = null
    if (block === null) return
    if (this.#held === null) return this.#give(block)
    this.#held.push(block)
    if (this.#line >= linesHeld) this.#start(this.#held)
  }

  #start(blocks: readonly Block[]): void {
    this.#held = null
    const records = blocks.filter(isRecord)
    const names = records.flatMap(({ facts }) => facts.map(({ label }) => label))
    this.#labels = [...new Set(names)].slice(0, labelsMax)
    for (const block of blocks) {
      // the header needs a line of its own, above the first record
      if (block === records[0]) this.#listener.row([...this.#labels], Math.max(1, block.line - 1))
      this.#give(block)
    }
  }

  #give(block: Block): void {
    const { facts, line } = block
    if (facts.some(({ label }) => this.#labels.includes(label)))
      return this.#listener.row(cellsOf(block, this.#labels), Math.max(line, firstLine))
    for (const [index, { label, value }] of facts.entries())
      this.#listener.row([label, value], line + index)
  }
}

/** Gives facts as rows: those of a record in the order of the labels, any other one by itself. */
export const createRecordReader = (listener: RowListener): RowReader => new RecordReader(listener)
