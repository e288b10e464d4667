/** Yodlee's side of the sandbox. */
import { json, send } from '../http.ts'
import type { Side } from '../side.ts'

export const yodleeSide: Side = {
  name: 'yodlee',
  endpoints: [],
  listener: () => (_request, response) =>
    Promise.resolve(send(response, json(404, { error: 'no such route' }))),
  control: [],
  resume: () => undefined,
  announceLines: () => undefined,
}
