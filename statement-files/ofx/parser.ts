/** Reads OFX, QFX and QBO files: bank and card statements out of SGML and XML alike. */
import type { OpenParser, Output, ParseOptions } from '../output.ts'
import type { AccountRef, Position } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import { problem, quoted } from '../problem.ts'
import { createAmountReader } from './amount.ts'
import { bankProblem } from './bank-status.ts'
import { createDayReader } from './day-reader.ts'
import { ElementStack } from './element-stack.ts'
import { type Element, Leaves } from './elements.ts'
import { createHeader, versionProblem } from './header.ts'
import type { LineLeaves } from './line.ts'
import { accountOf, type Readers, Statement } from './statement.ts'
import type { TokenSink } from './token-sink.ts'
import { Tokenizer } from './tokenizer.ts'
import { createFindings, tellVerdict } from './verdict.ts'

const maxListed = 1_000

type Step = (element: Element, hasEndTag: boolean) => void

class OfxReader implements TokenSink {
  readonly tokenizer: Tokenizer = new Tokenizer(this)
  readonly #output: Output
  readonly #rawLines: number
  readonly #readers: Readers
  readonly #header = createHeader()
  readonly #found = createFindings()
  readonly #stack: ElementStack
  readonly #line: LineLeaves
  #statement: Statement | null = null
  /** What the bank answered to the request being read. */
  #answer: Problem | null = null
  /** An account named before its statement begins. */
  #account: AccountRef | null = null

  constructor(output: Output, { rawLines = 0, decimalSign }: ParseOptions) {
    this.#output = output
    this.#rawLines = rawLines
    this.#readers = { amounts: createAmountReader(decimalSign), day: createDayReader() }
    const events = {
      opened: (element: Element) => this.#opened(element),
      closed: (element: Element, hasEndTag: boolean) =>
        this.#closing.get(element.name)?.(element, hasEndTag),
      misplaced: (name: string) => this.#misplaced(name),
    }
    this.#stack = new ElementStack(events, () => this.tokenizer)
    const leaves = (name: string) => this.#stack.elements.get(name)?.leaves ?? new Leaves([])
    this.#line = {
      line: leaves('STMTTRN'),
      payee: leaves('PAYEE'),
      bankAccount: leaves('BANKACCTTO'),
      cardAccount: leaves('CCACCTTO'),
      currency: leaves('CURRENCY'),
      originalCurrency: leaves('ORIGCURRENCY'),
    }
  }

  isTag(name: string): boolean {
    return this.#stack.isTag(name)
  }

  isWord(source: string, start: number, end: number): boolean {
    return this.#stack.isWord(source, start, end)
  }

  open(name: string): void {
    this.#stack.open(name)
  }

  close(name: string): void {
    this.#stack.close(name)
  }

  text(source: string, start: number, end: number): void {
    if (this.#found.documents === 0) this.#header.add(source.slice(start, end))
    this.#stack.text(source, start, end)
  }

  part(source: string, start: number, end: number): void {
    if (this.#found.documents === 0) this.#header.add(source.slice(start, end))
    this.#stack.part(source, start, end)
  }

  literal(text: string): void {
    this.#stack.literal(text)
  }

  instruction(text: string): void {
    if (/^OFX/i.test(text)) this.#header.add(text)
  }

  declaration(what: 'doctype' | 'entity'): void {
    // what banks append behind the document is not read
    if (this.#found.documents > 0 && !this.#stack.isOpen('OFX')) return
    this.#output.refuse(problem('forbidden_construct', { what }, this.#here()))
    this.tokenizer.stop()
  }

  longName(start: string): void {
    this.#output.refuse(problem('malformed', { reason: 'tag', text: quoted(start) }, this.#here()))
  }

  end(): void {
    this.tokenizer.end()
    const position = this.#here()
    if (this.#stack.isOpen('OFX'))
      this.#output.problem(problem('truncated', { missing: '</OFX>' }, position))
    else tellVerdict(this.#output, this.#found, position)
    this.#statement?.close()
  }

  #here(): Position {
    this.tokenizer.locate()
    return { line: this.tokenizer.line, column: this.tokenizer.column }
  }

  #opened(element: Element): void {
    if (element.name !== 'STMTTRN' && element.name !== 'OFX' && !this.#stack.isOpen('OFX'))
      this.#stray(element)
    this.#opening.get(element.name)?.(element, false)
  }

  /** An element outside every document: harmless behind one, unless it holds lines. */
  #stray({ name, line, column }: Element): void {
    if (this.#found.documents === 0 || name.endsWith('STMTRS'))
      this.#found.outside ??= { name, position: { line, column } }
  }

  readonly #openStatement: Step = (element) => {
    this.#statement = new Statement(this.#output.open(), element, this.#readers)
    this.#found.statements += 1
    if (this.#answer !== null) this.#statement.problem(this.#answer)
    this.#answer = null
    this.#statement.account(this.#account)
  }

  readonly #openInvestments: Step = ({ line, column }) => {
    this.#found.investments ??= { line, column }
  }

  readonly #countInvestment: Step = () => {
    this.#found.investmentLines += 1
  }

  /** Nobody learns from silence that a loan of the file is not among its statements. */
  readonly #leaveOut: Step = ({ name, line, column }) => {
    this.#output.problem(problem('unknown_field', { text: name }, { line, column }))
  }

  readonly #openLine: Step = ({ name, line, column }) => {
    const { payee, bankAccount, cardAccount, currency, originalCurrency } = this.#line
    for (const leaves of [payee, bankAccount, cardAccount, currency, originalCurrency])
      leaves.clear()
    if (this.#statement === null) {
      if (!this.#stack.isOpen('INVSTMTRS'))
        this.#found.outside ??= { name, position: { line, column } }
    } else if (this.#statement.lineCount < this.#rawLines) this.tokenizer.keep()
  }

  readonly #closeLine: Step = (element, hasEndTag) => {
    this.#statement?.line(this.#line, element, this.tokenizer.kept(hasEndTag))
  }

  readonly #closeStatement: Step = ({ leaves }) => {
    this.#statement?.period(leaves)
    this.#statement?.balance(leaves, 'LEDGER')
    this.#statement?.close()
    this.#statement = null
  }

  readonly #closeAccount: Step = ({ name, leaves }) => {
    const account = accountOf(name, leaves)
    if (this.#statement !== null) return this.#statement.account(account)
    if (this.#stack.isOpen('STMTTRNRS')) this.#account = account
    const { listed } = this.#found
    const isListed = account !== null && this.#stack.isOpen('ACCTINFO')
    if (isListed && listed.length < maxListed) listed.push(account)
  }

  readonly #closeStatus: Step = (element) => {
    const told = bankProblem(element)
    if (told === null) return
    if (this.#stack.isOpen('SONRS')) this.#refuseRequest(told)
    else if (this.#stack.isOpen('STMTTRNRS') || this.#stack.isOpen('CCSTMTTRNRS'))
      this.#answer = told
    else this.#keepBankProblem(told)
  }

  readonly #closeAnswer: Step = () => {
    if (this.#answer !== null) this.#keepBankProblem(this.#answer)
    this.#answer = null
    this.#account = null
  }

  #refuseRequest(told: Problem): void {
    this.#output.problem(told)
    this.#found.isRefusedByBank ||= told.severity === 'error'
  }

  #keepBankProblem(told: Problem): void {
    const { bankProblems } = this.#found
    if (bankProblems.length < maxListed) bankProblems.push(told)
  }

  readonly #openDocument: Step = () => {
    this.#found.documents += 1
    if (this.#found.documents > 1) return
    const version = this.#stack.version || this.#header.version()
    if (version === null) return
    this.#output.version(version)
    const told = versionProblem(version)
    if (told === null) return
    this.#output.refuse(told)
    this.tokenizer.stop()
  }

  readonly #closeDocument: Step = (_element, hasEndTag) => {
    if (!hasEndTag) this.#output.problem(problem('truncated', { missing: '</OFX>' }, this.#here()))
  }

  #misplaced(name: string): void {
    const position = this.#here()
    const isOfLine = name === '/STMTTRN' || !name.startsWith('/')
    if (this.#statement !== null && isOfLine && this.#stack.top.name !== 'STMTTRNP')
      this.#statement.problem(
        problem('malformed', { reason: 'order', text: `<${name}>` }, position),
      )
    else if (name.startsWith('/')) this.#found.stray ??= { name, position }
  }

  readonly #opening: ReadonlyMap<string, Step> = new Map([
    ['OFX', this.#openDocument],
    ['STMTRS', this.#openStatement],
    ['CCSTMTRS', this.#openStatement],
    ['INVSTMTTRNRS', this.#openInvestments],
    ['INVSTMTRS', this.#openInvestments],
    ['LOANSTMTRS', this.#leaveOut],
    ['INVBANKTRAN', this.#countInvestment],
    ['INVTRAN', this.#countInvestment],
    ['STMTTRNP', () => void (this.#found.pendingLines += 1)],
    ['STMTTRN', this.#openLine],
  ])

  readonly #closing: ReadonlyMap<string, Step> = new Map<string, Step>([
    ['OFX', this.#closeDocument],
    ['STMTTRNRS', this.#closeAnswer],
    ['CCSTMTTRNRS', this.#closeAnswer],
    ['STMTRS', this.#closeStatement],
    ['CCSTMTRS', this.#closeStatement],
    ['STATUS', this.#closeStatus],
    ['BANKACCTFROM', this.#closeAccount],
    ['CCACCTFROM', this.#closeAccount],
    ['BANKTRANLIST', ({ leaves }) => this.#statement?.period(leaves)],
    ['LEDGERBAL', ({ leaves }) => this.#statement?.balance(leaves)],
    ['STMTTRN', this.#closeLine],
  ])
}

/** See `OpenParser`. */
export const openOfx: OpenParser = (output, options) => {
  const reader = new OfxReader(output, options)
  return { write: (text) => reader.tokenizer.write(text), end: () => reader.end() }
}
