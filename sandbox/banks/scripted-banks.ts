/** The banks with a character of their own. */
import type { AccountScript, Bank, BankScript } from '../bank.ts'
import { openAccount, openBank } from '../bank.ts'
import type { LineScript } from '../line.ts'
import { seededUuid } from '../seeded.ts'
import type { World } from '../world.ts'
import { history } from './history.ts'

export interface Founding {
  sides: World['sides']
  seed: string
  nowMs: number
}

interface Plan {
  script: Partial<BankScript> & { name: string }
  accounts: (AccountScript & { count: number })[]
}

const checking = (count: number): Plan['accounts'][number] => ({
  count,
  subtype: 'checking',
  product: 'Business current account',
  description: 'Current account',
  opening: '48000.00',
})
const savings = (count: number): Plan['accounts'][number] => ({
  count,
  subtype: 'savings',
  product: 'Savings account',
  description: 'Savings account',
  opening: '40000.00',
})

const plans: Plan[] = [
  {
    script: { name: 'Happy Bank', bic: 'HAPYBEBB' },
    accounts: [checking(270), savings(20)],
  },
  { script: { name: 'Twins Bank', bic: 'TWINBEBB' }, accounts: [checking(12)] },
  {
    script: { name: 'Expired Bank', bic: 'EXPIBEBB', consentDays: 2 },
    accounts: [checking(60)],
  },
  {
    script: { name: 'Flaky Bank', bic: 'FLAKBEBB', transactionsFailEvery: 3 },
    accounts: [checking(240)],
  },
  {
    script: { name: 'Beta Bank', bic: 'BETABEBB', status: 'beta', consentDays: 180 },
    accounts: [checking(40)],
  },
  {
    script: {
      name: 'MFA Bank',
      bic: 'MFAABEBB',
      website: 'https://www.mfabank.example',
      mfa: 'code',
    },
    accounts: [checking(80)],
  },
  {
    script: { name: 'Manual Bank', bic: 'MANUBEBB', mfa: 'code', unattended: false },
    accounts: [checking(50)],
  },
  {
    script: { name: 'Slow History Bank', bic: 'SLHIBEBB', historyDays: 730 },
    accounts: [checking(400)],
  },
  { script: { name: 'Slow Bank', bic: 'SLOWBEBB', syncMs: 20_000 }, accounts: [checking(90)] },
  { script: { name: 'Redirect Bank', bic: 'REDIBEBB' }, accounts: [checking(30)] },
  { script: { name: 'Closed Bank', bic: 'CLOSBEBB' }, accounts: [checking(10)] },
  { script: { name: 'Late Bank', bic: 'LATEBEBB' }, accounts: [checking(40)] },
  { script: { name: 'Double Bank', bic: 'DOUBBEBB' }, accounts: [checking(40)] },
]

/** More than 200 pages of 500 lines, and a thousand of Ponto's. */
const manyLines = 100_600

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Equal lines that are all real: same day, same amount, same text. */
const twins = (bookedOn: string): LineScript[] => {
  const line = { bookedOn, amount: '-4.50', counterpartyName: 'Koffiebar Twee', text: 'Espresso' }
  return [line, line, line, { ...line, amount: '-9.00' }]
}

const waiting = (bookedOn: string): LineScript => ({
  status: 'pending',
  bookedOn,
  amount: '-27.90',
  counterpartyName: 'Boekhandel Inktvis',
  text: 'Reserved by card',
})

const found = ({ script, accounts }: Plan, { sides, seed, nowMs }: Founding): Bank => {
  const bank = openBank({ sides }, seededUuid(seed, 'bank', script.name), script)
  const lastDay = dayOf(nowMs)
  for (const { count, ...account } of accounts) {
    const wish = { count, days: 90, seed: `${seed}-${script.name}-${account.subtype}`, lastDay }
    const extra = script.name === 'Twins Bank' ? twins(dayOf(nowMs - 86_400_000)) : []
    const lines = [
      ...history(wish),
      ...extra,
      ...(bank.accounts.size === 0 ? [waiting(lastDay)] : []),
    ]
    openAccount(bank, { ...account, lines }, nowMs)
  }
  return bank
}

/** A bank whose lines are made only when somebody reads them. */
const manyPagesBank = ({ sides, seed, nowMs }: Founding): Bank => {
  const name = 'Many Pages Bank'
  const script = { name, bic: 'MANYBEBB', historyDays: 730 }
  const bank = openBank({ sides }, seededUuid(seed, 'bank', name), script)
  const later = { count: manyLines, days: 730, seed: `${seed}-${name}`, lastDay: dayOf(nowMs) }
  openAccount(bank, { opening: '48000.00', description: 'Current account', later }, nowMs)
  return bank
}

/** The scripted banks, each with its accounts and lines. */
export const scriptedBanks = (founding: Founding): Bank[] => [
  ...plans.map((plan) => found(plan, founding)),
  manyPagesBank(founding),
]
