/** The JSON:API body of a request. */
import { z } from 'zod'
import { parseExactJson } from '../exact-json.ts'
import { Refusal } from './exchange.ts'

const shape = z.object({
  data: z.object({ attributes: z.record(z.string(), z.unknown()).default({}) }),
})

/** The attributes of the body, amounts as text; throws a refusal when it has another shape. */
export const attributesOf = (body: string): Record<string, unknown> => {
  try {
    return shape.parse(parseExactJson(body)).data.attributes
  } catch {
    throw new Refusal(400, 'invalidBody', 'The body is not a JSON:API document.')
  }
}
