/** Ids in the forms Plaid gives them. */
import { createHash } from 'node:crypto'
import type { World } from '../world.ts'
import { nextId } from '../world.ts'

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789'
const idLength = 37

/** Opaque text of 37 letters and digits that depends on nothing but the parts. */
export const opaqueId = (...parts: (string | number)[]): string => {
  const bytes = createHash('sha512').update(parts.join('\u0000')).digest()
  return [...bytes.subarray(0, idLength)].map((byte) => letters[byte % letters.length]).join('')
}

/** The next Item, session or event. */
export const nextOpaqueId = (world: World, kind: string): string => opaqueId(nextId(world, kind))

/** The next token of a kind, such as `access-sandbox-` and a UUID. */
export const nextPlaidToken = (world: World, kind: 'access' | 'public' | 'link'): string =>
  `${kind}-sandbox-${nextId(world, `plaid-${kind}`)}`

/** An account's id at Plaid: another one for each Item, and a new one when the account is renamed. */
export const accountIdAt = (itemId: string, account: string, generation: number): string =>
  opaqueId('account', itemId, account, generation)

/** A line's id at Plaid: another one for each Item and for each generation of its account. */
export const transactionIdAt = (
  itemId: string,
  { account, line, generation }: { account: string; line: string; generation: number },
): string => opaqueId('transaction', itemId, account, line, generation)
