/** Control routes: what tests, demos and people use to script the sandbox. */
import { z } from 'zod'
import type { Bank, BankAccount } from '../bank.ts'
import { bankBehind } from '../banks/bank-behind.ts'
import { catalogueEntry } from '../catalogue.ts'
import { parseExactJson } from '../exact-json.ts'
import type { Webhooks } from '../ponto/webhooks.ts'
import type { LinkedAccount, Organization, World } from '../world.ts'

export interface ControlCall {
  world: World
  webhooks: Webhooks
  params: Record<string, string>
  query: URLSearchParams
  body: Buffer
  contentType: string
}

export interface ControlRoute {
  method: string
  path: string
  run: (call: ControlCall) => unknown
}

/** A control call that cannot be done; the text tells why. */
export class ControlRefusal extends Error {
  readonly status: number

  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

/** The body of a control call in the shape of the schema; throws a refusal that names what is wrong. */
export const bodyOf = <T>(call: ControlCall, shape: z.ZodType<T>): T => {
  const text = call.body.toString()
  let value: unknown
  try {
    value = text.trim() === '' ? {} : parseExactJson(text)
  } catch {
    throw new ControlRefusal(400, 'the body is not JSON')
  }
  const parsed = shape.safeParse(value)
  if (!parsed.success) throw new ControlRefusal(400, z.prettifyError(parsed.error))
  return parsed.data
}

/** The bank with this id or name, or behind the entry of a catalogue with this id; throws a refusal when there is none. */
export const bankOf = (world: World, key: string): Bank => {
  const named = [...world.banks.values()].find(
    ({ script }) => script.name.toLowerCase() === key.toLowerCase(),
  )
  const catalogues = ['ponto', ...world.sides.map(({ name: side }) => side)] as const
  const offeredBy = catalogues.find((each) => catalogueEntry(world, each, key) !== undefined)
  const offered = offeredBy === undefined ? null : bankBehind(world, offeredBy, key)
  const bank = named ?? offered ?? world.banks.get(key)
  if (bank === undefined) throw new ControlRefusal(404, `no bank ${key}`)
  return bank
}

interface Holding {
  organization: Organization
  linked: LinkedAccount
}

/** Every linked account that is meant by an id of Ponto, an id of the bank or a number such as an IBAN. */
export const holdingsOf = (world: World, key: string): Holding[] =>
  [...world.organizations.values()].flatMap((organization) =>
    [...organization.accounts.values()]
      .filter(({ id, bankId, bankAccountId }) => {
        const account = world.banks.get(bankId)?.accounts.get(bankAccountId)
        return [id, bankAccountId, account?.reference].includes(key)
      })
      .map((linked) => ({ organization, linked })),
  )

/** The account of a bank that is meant by any of its ids or its number; throws a refusal when there is none. */
export const accountOf = (world: World, key: string): BankAccount => {
  const accounts = [...world.banks.values()].flatMap((bank) => [...bank.accounts.values()])
  const direct = accounts.find(({ id, reference }) => id === key || reference === key)
  const [holding] = direct === undefined ? holdingsOf(world, key) : []
  const account = direct ?? accounts.find(({ id }) => id === holding?.linked.bankAccountId)
  if (account === undefined) throw new ControlRefusal(404, `no account ${key}`)
  return account
}
