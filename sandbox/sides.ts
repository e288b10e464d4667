/** Every provider's side but Ponto's, one line each. */
import { plaidSide } from './plaid/server.ts'
import { saltedgeSide } from './saltedge/server.ts'
import type { Side } from './side.ts'
import { yodleeSide } from './yodlee/server.ts'

export const sides: readonly Side[] = [plaidSide, yodleeSide, saltedgeSide]
