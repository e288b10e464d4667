import type { Response } from 'express'
import { newReference } from './reference.ts'
import type { Operation } from './roles.ts'
import type { Caller } from './route.ts'

/** What becomes known of one request on its way through the steps, for those behind and for the log. */
export interface AnswerState {
  operation?: Operation
  caller?: Caller
  reference?: string
  problem?: string
}

/** The state of one answer. */
export const stateOf = ({ locals }: Response<unknown, { state?: AnswerState }>): AnswerState =>
  (locals.state ??= {})

/** The reference of one answer: made when first needed, the same in header, body and log. */
export const referenceOf = (response: Response): string =>
  (stateOf(response).reference ??= newReference())
