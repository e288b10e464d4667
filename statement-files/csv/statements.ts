/** The statements of a file: one for each account and currency, each with the balances its rows prove. */
import { negated } from '../../domain/money.ts'
import { DecimalSum, isSameAmount, sumOf } from '../decimal.ts'
import type { OpenStatement, Output } from '../output.ts'
import type { Checkpoint, ParsedLine } from '../parsed.ts'
import { asWarning, problem, quoted } from '../problem.ts'
import { keepUndated, noFacts, type Facts } from './facts.ts'
import {
  createChain,
  type BalanceProof,
  type Chain,
  type Course,
  type ChainBreak,
  type End,
} from './proof.ts'
import { toldBalances } from './stated-balances.ts'
import { decimalOfUnits, minus, plus, unitsOf } from './units.ts'
import { summaryOf } from './words.ts'

export interface StatementKey {
  account: string
  currency: string
}

export interface StatementRow {
  line: ParsedLine
  /** Stated beside the line; null where it is not. */
  balance: string | null
}

interface Group {
  opened: OpenStatement
  chain: Chain
  lineCount: number
  sum: DecimalSum
  /** Lines that say nothing of themselves. */
  silentCount: number
  lastOn: string | null
  /** Waits for the row below, which may continue its text. */
  waiting: ParsedLine | null
  /** The last row states no balance. */
  isWithoutBalance: boolean
}

interface Setup {
  output: Output
  /** What is known of the account beside the rows; filled in while the file is read. */
  facts: Facts
  /** Null where no column of balances was proven. */
  proof: BalanceProof | null
  /** The order of the rows where nothing is proven. */
  order: Course['order']
  /** There is a column of balances. */
  hasBalances: boolean
  /** A row that was taken for a line turned out to be none. */
  onSummary: () => void
}

/** Lines above a row that may be their total. */
const leastSummed = 2

const isSilent = ({ text, counterparty, counterpartyAccount }: ParsedLine): boolean =>
  text === '' && counterparty === undefined && counterpartyAccount === undefined

/** Whether a line says nothing, or only that it is a balance or a total. */
const isBare = (line: ParsedLine): boolean =>
  isSilent(line) ||
  (line.counterparty === undefined &&
    line.counterpartyAccount === undefined &&
    summaryOf(line.text) !== null)

const breakProblem = ({ previous, sum, balance }: ChainBreak, line: ParsedLine) => {
  const reached = plus(previous, sum)
  return problem(
    'balance_mismatch',
    {
      opening: decimalOfUnits(previous),
      sum: decimalOfUnits(sum),
      reached: decimalOfUnits(reached),
      closing: decimalOfUnits(balance),
      difference: decimalOfUnits(minus(balance, reached)),
    },
    line.position,
  )
}

/** Fills what the head does not say yet from what the file says beside its rows. */
const complete = ({ head }: OpenStatement, { account, currency, holder }: Facts): void => {
  if (account !== null) head.account ??= { number: account, ...(holder === null ? {} : { holder }) }
  if (currency !== null) head.currency ??= currency
}

/** Whether a last line alone says nothing of itself, below lines that may add up to it. */
const isOnlyBare = (
  { silentCount, lineCount, isWithoutBalance }: Group,
  last: ParsedLine,
): boolean => {
  if (!isWithoutBalance || lineCount <= leastSummed) return false
  return silentCount === (isSilent(last) ? 1 : 0) && isBare(last)
}

/** Whether lines of this sum lead to a balance from the one that the file states. */
const leadTo = ({ opening, undated }: Facts, sum: string, balance: string): boolean => {
  const stated = opening ?? undated[0]
  return stated !== undefined && isSameAmount(balance, sumOf(stated.amount, sum))
}

/** Opens statements as their first rows come; lines are passed on at once, each only one row late. */
export class Statements {
  readonly #setup: Setup
  readonly #groups = new Map<string, Group>()
  #lastKey: StatementKey = { account: '', currency: '' }
  #last: Group | null = null

  constructor(setup: Setup) {
    this.#setup = setup
  }

  #groupOf(key: StatementKey): Group {
    const { account, currency } = this.#lastKey
    if (this.#last !== null && key.account === account && key.currency === currency)
      return this.#last
    if (this.#last !== null) this.#flush(this.#last)
    const text = `${key.account}\0${key.currency}`
    const group = this.#groups.get(text) ?? this.#open(key, text)
    this.#lastKey = key
    this.#last = group
    return group
  }

  #open({ account, currency }: StatementKey, text: string): Group {
    const { output, facts, proof, order } = this.#setup
    const opened = output.open()
    if (account !== '') opened.head.account = { number: account }
    if (currency !== '') opened.head.currency = currency
    complete(opened, facts)
    const group: Group = {
      opened,
      chain: createChain(proof ?? { order, stands: 'after', isInverted: false }),
      lineCount: 0,
      sum: new DecimalSum(),
      silentCount: 0,
      lastOn: null,
      waiting: null,
      isWithoutBalance: true,
    }
    this.#groups.set(text, group)
    return group
  }

  #flush(group: Group): void {
    if (group.waiting !== null) group.opened.line(group.waiting)
    group.waiting = null
  }

  /** Adds a line to the statement of its account and currency. */
  add(key: StatementKey, row: StatementRow): void {
    const before = this.#last
    const group = this.#groupOf(key)
    this.#flush(group)
    group.waiting = row.line
    group.isWithoutBalance = row.balance === null
    const { bookedOn } = row.line
    const isOther = bookedOn !== null && bookedOn !== group.lastOn
    if (isOther && (group.lastOn === null || bookedOn > group.lastOn)) group.lastOn = bookedOn
    if (this.#setup.hasBalances) this.#follow(group, row, before)
    group.lineCount += 1
    if (isSilent(row.line)) group.silentCount += 1
    group.sum.add(row.line.amount)
  }

  /** Takes back a last row that tells nothing but what the lines above it add up to, or the balance they lead to. */
  #leaveOutSummary(group: Group): void {
    const { hasBalances, facts, onSummary } = this.#setup
    const { waiting, sum } = group
    if (waiting === null || !isOnlyBare(group, waiting)) return
    const { amount, position } = waiting
    const above = sumOf(sum.total(), negated(amount))
    const isBalance = leadTo(facts, above, amount)
    if (!isBalance && !isSameAmount(amount, above)) return
    if (isBalance) keepUndated(facts, { amount, line: position.line ?? 0 })
    sum.add(negated(amount))
    if (hasBalances) group.chain.takeBack(unitsOf(amount))
    group.waiting = null
    onSummary()
  }

  #follow(group: Group, row: StatementRow, before: Group | null): void {
    const { proof } = this.#setup
    const amount = unitsOf(row.line.amount)
    const balance = row.balance === null ? null : unitsOf(row.balance)
    const isNew = proof !== null && group.lineCount === 0 && before !== null && before !== group
    if (isNew && before.chain.follows(amount, balance)) this.#tellStray(group, row.line)
    const broken = group.chain.see(amount, balance)
    if (broken === null) return
    const told = breakProblem(broken, row.line)
    // balances that never followed may be of another kind: no reason to refuse the lines
    group.opened.problem(proof === null ? asWarning(told) : told)
  }

  /** The balance goes on where another account's stopped: the number of the account is wrong, here or there. */
  #tellStray({ opened }: Group, { position }: ParsedLine): void {
    const text = quoted(opened.head.account?.number ?? '')
    this.#setup.output.problem(problem('malformed', { reason: 'account', text }, position))
  }

  /** Appends text to the last line; false where there is none. */
  continueText(text: string): boolean {
    const line = this.#last?.waiting
    if (line == null) return false
    line.text = line.text === '' ? text : `${line.text} ${text}`
    return true
  }

  /** The statement that a problem of a row belongs to. */
  of(key: StatementKey): OpenStatement {
    return this.#groupOf(key).opened
  }

  /** A file without lines still gives the statement of `ifNone`, with a balance where it states one. */
  close(balance: Checkpoint | null, ifNone: StatementKey): void {
    if (this.#groups.size === 0) this.#groupOf(ifNone)
    for (const group of this.#groups.values()) {
      if (this.#groups.size === 1) this.#leaveOutSummary(group)
      this.#flush(group)
      if (this.#groups.size === 1) complete(group.opened, this.#setup.facts)
      const balances = balance === null ? this.#balancesOf(group) : [balance]
      group.opened.head.checkpoints.push(...balances)
      group.opened.close()
    }
  }

  #balancesOf({ chain, lineCount, lastOn, sum }: Group): Checkpoint[] {
    const { facts, proof, hasBalances } = this.#setup
    // what stands around the rows speaks of the only account there is
    const said = this.#groups.size === 1 ? facts : noFacts()
    const told = toldBalances(said, sum.total())
    const ends = proof !== null || (hasBalances && lineCount === 1) ? chain.ends() : null
    if (ends === null) return [...told.opening, ...told.closing]
    const on = lastOn === null ? {} : { on: lastOn }
    return [
      ...endOf('opening', ends.opening, told.opening),
      ...endOf('closing', ends.closing, told.closing).map((each) => ({ ...on, ...each })),
    ]
  }
}

/** A balance that a row states, else the one that the file states elsewhere, else what follows from the rows. */
const endOf = (
  kind: 'opening' | 'closing',
  { amount, isStated }: End,
  told: readonly Checkpoint[],
): readonly Checkpoint[] => {
  if (!isStated && told.length > 0) return told
  return [{ kind, amount: decimalOfUnits(amount), origin: isStated ? 'stated' : 'computed' }]
}
