/** Loads a statement file of a real account into a scripted bank. */
import { z } from 'zod'
import type { Bank } from '../bank.ts'
import { openBank } from '../bank.ts'
import { loadStatements } from '../camt053/load.ts'
import { CamtProblem } from '../camt053/problem.ts'
import type { CamtStatement } from '../camt053/statement.ts'
import { readCamt053 } from '../camt053/statement.ts'
import { seededUuid } from '../seeded.ts'
import type { World } from '../world.ts'
import type { ControlCall, ControlRoute } from './control-route.ts'
import { accountOf, bankOf, bodyOf, ControlRefusal } from './control-route.ts'

const fileBytesMax = 64 * 1024 * 1024
const dayMs = 86_400_000

const wishShape = z.strictObject({
  /** Id or name; a new bank is made for a name that is not known. */
  bank: z.string().min(1).max(100).optional(),
  accountId: z.string().optional(),
  format: z.literal('camt053').default('camt053'),
  xml: z.string(),
})

interface Wish {
  bank: string | null
  account: string | null
  file: Uint8Array | string
}

const wishOf = (call: ControlCall): Wish => {
  const { query, body, contentType } = call
  if (contentType.includes('json')) {
    const { bank, accountId, xml } = bodyOf(call, wishShape)
    return { bank: bank ?? null, account: accountId ?? null, file: xml }
  }
  if (body.length > fileBytesMax) throw new ControlRefusal(413, 'the file is larger than 64 MB')
  return { bank: query.get('bank'), account: query.get('accountId'), file: body }
}

const bankFor = (world: World, name: string): Bank => {
  const known = [...world.banks.values()].find(
    ({ id, script }) => id === name || script.name.toLowerCase() === name.toLowerCase(),
  )
  if (known !== undefined) return known
  const id = seededUuid(world.settings.seed, 'bank', name)
  return openBank(world, id, { name, bic: /^[A-Z]{6}[A-Z0-9]{2,5}$/.test(name) ? name : null })
}

/** A history that ends after today moves the clock ahead; the clock never goes back. */
const catchUp = ({ clock }: World, statements: CamtStatement[]): void => {
  const days = statements.flatMap(({ booked }) =>
    booked.map(({ bookedOn }) => Date.parse(bookedOn)),
  )
  const latest = days.reduce((one, other) => Math.max(one, other), 0)
  if (latest + dayMs > clock.now() && latest > clock.now())
    clock.advance(latest + dayMs - clock.now())
}

const load = (call: ControlCall) => {
  const { world } = call
  const wish = wishOf(call)
  try {
    const statements = readCamt053(wish.file)
    const into = wish.account === null ? null : accountOf(world, wish.account)
    const name = wish.bank ?? statements[0]?.servicer?.slice(0, 100) ?? 'Imported bank'
    const bank = into === null ? bankFor(world, name) : bankOf(world, into.bankId)
    catchUp(world, statements)
    const nowMs = world.clock.now()
    const { accounts, warnings } = loadStatements(statements, { bank, into, nowMs })
    world.banks.set(bank.id, bank)
    world.changed()
    return { bank: { id: bank.id, name: bank.script.name }, accounts, warnings }
  } catch (error) {
    if (error instanceof CamtProblem) throw new ControlRefusal(422, error.message)
    throw error
  }
}

export const importRoutes: ControlRoute[] = [
  { method: 'POST', path: '/__sim/lines/import', run: load },
]
