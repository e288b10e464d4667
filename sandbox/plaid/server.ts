/** Plaid's side of the sandbox. */
import { json, send } from '../http.ts'
import type { Side } from '../side.ts'

export const plaidSide: Side = {
  name: 'plaid',
  endpoints: [],
  listener: () => (_request, response) =>
    Promise.resolve(send(response, json(404, { error: 'no such route' }))),
  control: [],
  resume: () => undefined,
  announceLines: () => undefined,
}
