/** Shows, makes and changes banks. */
import { z } from 'zod'
import type { AccountScript, Bank } from '../bank.ts'
import { balanceOf, openAccount, openBank } from '../bank.ts'
import { history } from '../banks/history.ts'
import type { SideName } from '../sides.ts'
import { sides } from '../sides.ts'
import type { World } from '../world.ts'
import type { ControlCall, ControlRoute } from './control-route.ts'
import { bankOf, bodyOf, ControlRefusal } from './control-route.ts'
import { accountShape, given } from './line-shapes.ts'

const failureShape = z.strictObject({
  code: z.string().min(1).max(100),
  detail: z.string().max(1000).default('A scripted failure.'),
  statusCode: z.number().int().nullable().default(null),
  /** What the bank is said to have answered: text or any JSON. */
  body: z.unknown().default(null),
})
const instant = z.iso.datetime({ offset: true }).nullable()

/** What one provider shows of the bank otherwise; its own folder says what there is. */
const sideScript = z.record(z.string(), z.unknown()).optional()
const scriptsOfSides: Record<SideName, typeof sideScript> = Object.assign(
  {},
  ...sides.map(({ name }) => ({ [name]: sideScript })),
)

const bankShape = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  country: z.string().length(2).nullable().optional(),
  bic: z.string().max(11).nullable().optional(),
  status: z.enum(['experimental', 'beta', 'stable']).optional(),
  deprecated: z.boolean().optional(),
  timeZone: z.string().max(60).optional(),
  consentDays: z.number().min(0).max(3650).optional(),
  availability: z.enum(['available', 'readonly']).optional(),
  maintenanceFrom: instant.optional(),
  maintenanceTo: instant.optional(),
  maintenanceType: z.enum(['internal', 'financialInstitution']).nullable().optional(),
  pendingTransactionsAvailable: z.boolean().optional(),
  syncMs: z.number().int().min(0).max(3_600_000).nullable().optional(),
  syncOutcomes: z.array(failureShape.nullable()).max(1000).optional(),
  syncFailure: failureShape.nullable().optional(),
  transactionsFailEvery: z.number().int().min(1).nullable().optional(),
  dates: z.enum(['milliseconds', 'seconds', 'day']).optional(),
  onboardingComplete: z.boolean().optional(),
  unknownCursor: z.enum(['error', 'empty']).optional(),
  website: z.string().max(200).nullable().optional(),
  mfa: z.enum(['none', 'code', 'page']).optional(),
  unattended: z.boolean().optional(),
  historyDays: z.number().int().min(0).max(3650).optional(),
  ...scriptsOfSides,
  accounts: z.array(accountShape).max(100).optional(),
})

const show = ({ id, script, accounts, transactionCalls }: Bank) => ({
  id,
  ...script,
  transactionCalls,
  accounts: [...accounts.values()].map((account) => ({
    id: account.id,
    subtype: account.subtype,
    reference: account.reference,
    description: account.description,
    currency: account.currency,
    opening: account.opening,
    // counting the lines of a very long history would make them
    balance: account.booked.isUnwritten ? null : balanceOf(account),
    booked: account.booked.size,
    pending: account.pending.size,
    waiting: account.staged.length,
  })),
})

const open = (world: World, bank: Bank, script: z.infer<typeof accountShape>): void => {
  const { lines, history: wanted, ...rest } = script
  const today = world.clock.instant().slice(0, 10)
  const own: AccountScript['lines'] = (lines ?? []).map((line) => ({
    ...given(line),
    amount: line.amount,
    bookedOn: line.bookedOn ?? today,
  }))
  const seed = `${world.settings.seed}-${bank.id}-${bank.accounts.size}`
  const past = wanted === undefined ? [] : history({ ...wanted, seed, lastDay: today })
  openAccount(bank, { ...given(rest), lines: [...past, ...own] }, world.clock.now())
}

const shape = (call: ControlCall, bank: Bank): Bank => {
  const { accounts, ...wanted } = bodyOf(call, bankShape)
  const before = bank.script
  const shown = sides.map(({ name }) => ({ [name]: { ...before[name], ...wanted[name] } }))
  bank.script = Object.assign({}, before, given(wanted), ...shown)
  for (const account of accounts ?? []) open(call.world, bank, account)
  call.world.changed()
  return bank
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const put = (call: ControlCall) => {
  const id = call.params['id'] ?? ''
  if (!uuid.test(id)) throw new ControlRefusal(400, 'the id of a new bank is a uuid in lower case')
  const bank = shape(call, openBank(call.world, id, {}))
  call.world.banks.set(id, bank)
  return show(bank)
}

export const bankRoutes: ControlRoute[] = [
  {
    method: 'GET',
    path: '/__sim/banks',
    run: ({ world }) => ({ banks: [...world.banks.values()].map(show) }),
  },
  {
    method: 'GET',
    path: '/__sim/banks/:id',
    run: ({ world, params }) => show(bankOf(world, decodeURIComponent(params['id'] ?? ''))),
  },
  { method: 'PUT', path: '/__sim/banks/:id', run: put },
  {
    method: 'PATCH',
    path: '/__sim/banks/:id',
    run: (call) =>
      show(shape(call, bankOf(call.world, decodeURIComponent(call.params['id'] ?? '')))),
  },
]
