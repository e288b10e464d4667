/** A scripted bank: an institution, its accounts and how it behaves. */
import type { HistoryWish } from './banks/history.ts'
import { history } from './banks/history.ts'
import { sumDecimals } from './decimal.ts'
import { Ledger } from './ledger.ts'
import type { Unwritten } from './ledger.ts'
import type { Line, LineScript } from './line.ts'
import { lineFrom } from './line.ts'
import { belgianIban } from './iban.ts'
import { seededNumber, seededUuid } from './seeded.ts'
import type { Side } from './side.ts'
import type { SideScripts } from './sides.ts'

/** Why a synchronization fails; `body` is what the bank is said to have answered. */
export interface SyncFailure {
  code: string
  detail: string
  statusCode: number | null
  body: unknown
}

/** How a bank behaves; all of it can be changed while the sandbox runs. Each side adds what it alone shows. */
export interface BankScript extends SideScripts {
  name: string
  country: string | null
  bic: string | null
  status: 'experimental' | 'beta' | 'stable'
  deprecated: boolean
  timeZone: string
  consentDays: number
  availability: 'available' | 'readonly'
  maintenanceFrom: string | null
  maintenanceTo: string | null
  maintenanceType: 'internal' | 'financialInstitution' | null
  pendingTransactionsAvailable: boolean
  /** How long a synchronization takes; null takes the sandbox's default. */
  syncMs: number | null
  /** What the next synchronizations end with, one after the other; null is a success. */
  syncOutcomes: (SyncFailure | null)[]
  /** What every synchronization ends with while no other outcome is scripted. */
  syncFailure: SyncFailure | null
  /** Every n-th call for lines is answered 503. */
  transactionsFailEvery: number | null
  dates: 'milliseconds' | 'seconds' | 'day'
  /** Organizations that are linked through this bank have finished Ponto's onboarding. */
  onboardingComplete: boolean
  unknownCursor: 'error' | 'empty'
  website: string | null
  /** How a person proves who they are, as the catalogues tell it. */
  mfa: 'none' | 'code' | 'page'
  /** May be read while nobody is present. */
  unattended: boolean
  historyDays: number
}

/** A change of a line that the bank made. */
export type Change = { op: 'put'; line: Line } | { op: 'remove'; id: string }

interface ChangeMade {
  atMs: number
  lineId: string
  kind: 'created' | 'updated' | 'removed'
  status: Line['status']
}

export interface BankAccount {
  id: string
  bankId: string
  subtype: 'checking' | 'savings' | 'securities' | 'card' | 'psp'
  referenceType: 'IBAN' | 'BBAN' | 'email' | 'PAN' | 'MASKEDPAN' | 'MSISDN'
  reference: string
  product: string | null
  description: string
  holderName: string
  currency: string
  opening: string
  /** A history so long that its lines are made only when somebody asks for them. */
  later: HistoryWish | null
  balanceChangedAt: string
  booked: Ledger
  pending: Ledger
  /** Changes that Ponto sees at its next synchronization. */
  staged: Change[]
  /** The last changes that Ponto has seen. */
  changes: ChangeMade[]
  nextSequence: number
}

export interface Bank {
  id: string
  script: BankScript
  accounts: Map<string, BankAccount>
  /** How many calls for lines there were; for `transactionsFailEvery`. */
  transactionCalls: number
}

const changesKept = 2000

/** The exact balance: opening plus every booked line. */
export const balanceOf = ({ opening, booked }: BankAccount): string =>
  sumDecimals([opening, booked.sum()])

/** A line out of a script, with the next sequence number and, unless scripted, a seeded id. */
export const lineOf = (account: BankAccount, script: LineScript): Line => {
  const sequence = account.nextSequence
  account.nextSequence += 1
  const id = script.id ?? seededUuid('line', account.id, sequence)
  return lineFrom(script, { id, currency: account.currency, sequence })
}

/** Finds a line, booked or pending. */
export const findLine = (account: BankAccount, id: string): Line | undefined =>
  account.booked.find(id) ?? account.pending.find(id)

/** Lets Ponto see a change of the bank now. */
export const publish = (account: BankAccount, change: Change, atMs: number): void => {
  const id = change.op === 'put' ? change.line.id : change.id
  const before = findLine(account, id)
  account.booked.remove(id)
  account.pending.remove(id)
  if (change.op === 'put') account[change.line.status].put(change.line)
  const status = change.op === 'put' ? change.line.status : (before?.status ?? 'booked')
  const kind = change.op === 'remove' ? 'removed' : before === undefined ? 'created' : 'updated'
  account.changes.push({ atMs, lineId: id, kind, status })
  if (account.changes.length > 2 * changesKept) account.changes.splice(0, changesKept)
  if (status === 'booked') account.balanceChangedAt = new Date(atMs).toISOString()
}

/** Lets Ponto see many new lines at once, with one sort. */
export const publishAll = (account: BankAccount, lines: readonly Line[], atMs: number): void => {
  for (const kind of ['booked', 'pending'] as const)
    account[kind].load(lines.filter(({ status }) => status === kind))
  const made = lines
    .slice(-changesKept)
    .map(({ id, status }): ChangeMade => ({ atMs, lineId: id, kind: 'created', status }))
  account.changes = [...account.changes.slice(-changesKept), ...made]
  account.balanceChangedAt = new Date(atMs).toISOString()
}

/** Lets Ponto see everything that waited for a synchronization. */
export const publishStaged = (account: BankAccount, atMs: number): void => {
  for (const change of account.staged.splice(0)) publish(account, change, atMs)
}

/** The bank's own view of its lines: what Ponto has seen and what still waits. */
export const linesAtBank = (account: BankAccount): Line[] => {
  const lines = new Map(account.booked.all().map((line) => [line.id, line]))
  for (const change of account.staged)
    if (change.op === 'remove') lines.delete(change.id)
    else lines.set(change.line.id, change.line)
  return [...lines.values()].toSorted((one, other) => other.sequence - one.sequence)
}

const behaviour: Omit<BankScript, keyof SideScripts> = {
  name: 'Unnamed Bank',
  country: 'BE',
  bic: null,
  status: 'stable',
  deprecated: false,
  timeZone: 'Europe/Brussels',
  consentDays: 90,
  availability: 'available',
  maintenanceFrom: null,
  maintenanceTo: null,
  maintenanceType: null,
  pendingTransactionsAvailable: true,
  syncMs: null,
  syncOutcomes: [],
  syncFailure: null,
  transactionsFailEvery: null,
  dates: 'milliseconds',
  onboardingComplete: true,
  unknownCursor: 'error',
  website: null,
  mfa: 'none',
  unattended: true,
  historyDays: 90,
}

interface Known {
  sides: readonly Pick<Side, 'name' | 'scriptFor'>[]
}

/** A whole script: what is not said is as at a bank that behaves well, and as each side shows a bank of that name. */
export const scriptOf = ({ sides }: Known, said: Partial<BankScript>): BankScript => {
  const name = said.name ?? behaviour.name
  const shown = sides.map((side) => ({ [side.name]: side.scriptFor(name) }))
  return Object.assign({}, behaviour, ...shown, said)
}

/** A bank that behaves well but for what the script says, without accounts. */
export const openBank = (known: Known, id: string, script: Partial<BankScript>): Bank => ({
  id,
  script: scriptOf(known, script),
  accounts: new Map(),
  transactionCalls: 0,
})

export type AccountScript = Partial<
  Pick<
    BankAccount,
    | 'id'
    | 'subtype'
    | 'referenceType'
    | 'reference'
    | 'product'
    | 'description'
    | 'holderName'
    | 'currency'
    | 'opening'
  >
> & { lines?: LineScript[]; later?: HistoryWish | null }

/** The lines of a long history, not made yet; their ids and numbers are the account's first. */
export const unwrittenLines = (
  account: Pick<BankAccount, 'id' | 'currency'>,
  wish: HistoryWish,
): Unwritten => ({
  count: wish.count,
  make: () =>
    history(wish).map((script, index) =>
      lineFrom(script, {
        id: seededUuid('line', account.id, index + 1),
        currency: account.currency,
        sequence: index + 1,
      }),
    ),
})

/** Opens an account at a bank with the lines of the script, oldest first; returns it. */
export const openAccount = (
  bank: Bank,
  { lines = [], ...script }: AccountScript,
  atMs: number,
): BankAccount => {
  const id = script.id ?? seededUuid('account', bank.id, bank.accounts.size)
  const account: BankAccount = {
    subtype: 'checking',
    referenceType: 'IBAN',
    reference: belgianIban(1_000_000_000 + seededNumber(4_000_000_000, id)),
    product: 'Current account',
    description: `${bank.script.name} ${script.subtype ?? 'checking'}`,
    holderName: 'Demo BV',
    currency: 'EUR',
    opening: '0.00',
    later: null,
    ...script,
    id,
    bankId: bank.id,
    balanceChangedAt: new Date(atMs).toISOString(),
    booked: new Ledger(),
    pending: new Ledger(),
    staged: [],
    changes: [],
    nextSequence: 1,
  }
  if (account.later !== null) {
    account.booked = new Ledger(unwrittenLines(account, account.later))
    account.nextSequence += account.later.count
  }
  const made = lines.map((line) => lineOf(account, line))
  const booked = made.filter(({ status }) => status === 'booked')
  if (booked.length > 0) account.booked.load(booked)
  account.pending.load(made.filter(({ status }) => status === 'pending'))
  bank.accounts.set(id, account)
  return account
}
