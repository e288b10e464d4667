/** The statements of a file: one for each account and currency, each with the balances its rows prove. */
import { decimalOfUnits, unitsOf } from './units.ts'
import type { OpenStatement, Output } from '../output.ts'
import type { Checkpoint, ParsedLine } from '../parsed.ts'
import { asWarning, problem } from '../problem.ts'
import type { Facts, StatedBalance } from './facts.ts'
import { createChain, type BalanceProof, type Chain, type ChainBreak } from './proof.ts'

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
  lastOn: string | null
  /** Waits for the row below, which may continue its text. */
  waiting: ParsedLine | null
}

export interface Statements {
  add: (key: StatementKey, row: StatementRow) => void
  /** Appends text to the last line; false where there is none. */
  continueText: (text: string) => boolean
  /** The statement that a problem of a row belongs to. */
  of: (key: StatementKey) => OpenStatement
  /** A file without lines still gives the statement of `ifNone`, with a balance where it states one. */
  close: (facts: Facts, balance: Checkpoint | null, ifNone: StatementKey) => void
}

const usual = { order: 'oldest_first', stands: 'after', isInverted: false } as const

const breakProblem = ({ previous, sum, balance }: ChainBreak, line: ParsedLine) => {
  const reached = previous + sum
  return problem(
    'balance_mismatch',
    {
      opening: decimalOfUnits(previous),
      sum: decimalOfUnits(sum),
      reached: decimalOfUnits(reached),
      closing: decimalOfUnits(balance),
      difference: decimalOfUnits(balance - reached),
    },
    line.position,
  )
}

const headOf = ({ head }: OpenStatement, { account, currency }: StatementKey, facts: Facts) => {
  const number = account === '' ? facts.account : account
  if (number !== null && number !== '')
    head.account = { number, ...(facts.holder === null ? {} : { holder: facts.holder }) }
  const code = currency === '' ? facts.currency : currency
  if (code !== null && code !== '') head.currency = code
}

interface Setup {
  output: Output
  facts: Facts
  /** Null where no column of balances was proven. */
  proof: BalanceProof | null
  /** There is a column of balances. */
  hasBalances: boolean
}

/** Opens statements as their first rows come; lines are passed on at once, each only one row late. */
export const createStatements = ({ output, facts, proof, hasBalances }: Setup): Statements => {
  const groups = new Map<string, Group>()
  let lastKey: StatementKey = { account: '', currency: '' }
  let last: Group | null = null

  const open = (key: StatementKey): Group => {
    const opened = output.open()
    headOf(opened, key, facts)
    const chain = createChain(proof ?? usual)
    return { opened, chain, lineCount: 0, lastOn: null, waiting: null }
  }

  const groupOf = (key: StatementKey): Group => {
    if (last !== null && key.account === lastKey.account && key.currency === lastKey.currency)
      return last
    const text = `${key.account}\0${key.currency}`
    const known = groups.get(text)
    const group = known ?? open(key)
    if (known === undefined) groups.set(text, group)
    if (last !== null) flush(last)
    lastKey = key
    last = group
    return group
  }

  const flush = (group: Group): void => {
    if (group.waiting !== null) group.opened.line(group.waiting)
    group.waiting = null
  }

  const follow = (group: Group, { line, balance }: StatementRow): void => {
    if (!hasBalances) return
    const step = {
      amount: unitsOf(line.amount),
      balance: balance === null ? null : unitsOf(balance),
    }
    const broken = group.chain.see(step)
    if (broken === null) return
    const told = breakProblem(broken, line)
    // balances that never followed may be of another kind: no reason to refuse the lines
    group.opened.problem(proof === null ? asWarning(told) : told)
  }

  const balancesOf = (group: Group, mined: Facts): Checkpoint[] => {
    const isProven = proof !== null || (hasBalances && group.lineCount === 1)
    const ends = isProven ? group.chain.ends() : null
    if (ends === null) return groups.size === 1 ? minedBalances(mined) : []
    const { opening, closing } = ends
    const on = group.lastOn === null ? {} : { on: group.lastOn }
    const originOf = (isStated: boolean) => (isStated ? 'stated' : 'computed')
    return [
      {
        kind: 'opening',
        amount: decimalOfUnits(opening.amount),
        origin: originOf(opening.isStated),
      },
      {
        kind: 'closing',
        amount: decimalOfUnits(closing.amount),
        origin: originOf(closing.isStated),
        ...on,
      },
    ]
  }

  return {
    add(key, row) {
      const group = groupOf(key)
      flush(group)
      group.waiting = row.line
      group.lineCount += 1
      const { bookedOn } = row.line
      if (bookedOn !== null && (group.lastOn === null || bookedOn > group.lastOn))
        group.lastOn = bookedOn
      follow(group, row)
    },
    continueText(text) {
      const line = last?.waiting
      if (line == null) return false
      line.text = line.text === '' ? text : `${line.text} ${text}`
      return true
    },
    of: (key) => groupOf(key).opened,
    close(mined, balance, ifNone) {
      if (groups.size === 0) groupOf(ifNone)
      for (const group of groups.values()) {
        flush(group)
        if (groups.size === 1) completeHead(group.opened, mined)
        group.opened.head.checkpoints.push(
          ...(balance === null ? balancesOf(group, mined) : [balance]),
        )
        group.opened.close()
      }
    },
  }
}

/** Some banks name the account below the lines. */
const completeHead = ({ head }: OpenStatement, { account, currency, holder }: Facts): void => {
  if (account !== null) head.account ??= { number: account, ...(holder === null ? {} : { holder }) }
  if (currency !== null) head.currency ??= currency
}

const checkpoint = (kind: 'opening' | 'closing', stated: StatedBalance | null): Checkpoint[] =>
  stated === null
    ? []
    : [{ kind, amount: stated.amount, origin: 'stated', position: { line: stated.line } }]

const minedBalances = ({ opening, closing }: Facts): Checkpoint[] => [
  ...checkpoint('opening', opening),
  ...checkpoint('closing', closing),
]
