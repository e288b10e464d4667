/** Every provider's side but Ponto's; a new one is one word here. */
import { plaidSide } from './plaid/server.ts'
import { saltedgeSide } from './saltedge/server.ts'
import { yodleeSide } from './yodlee/server.ts'

export const sides = [plaidSide, yodleeSide, saltedgeSide] as const

type Sides = (typeof sides)[number]
export type SideName = Sides['name']

/** What each side remembers, by its name. */
export type SideStates = { [S in Sides as S['name']]: ReturnType<S['freshState']> }

/** How a bank behaves at each side, by its name. */
export type SideScripts = { [S in Sides as S['name']]: ReturnType<S['scriptFor']> }

export type ProviderName = 'ponto' | SideName
