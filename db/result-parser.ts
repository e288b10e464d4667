import type { Interceptor } from 'slonik'
import { SchemaValidationError } from 'slonik'

/** Checks every row against the schema that stands above its query, and applies the schema's transformations. */
export const resultParser: Interceptor = {
  name: 'result-parser',
  transformRow({ resultParser: schema }, query, row) {
    if (!schema) return row
    const result = schema['~standard'].validate(row)
    if (result instanceof Promise) throw new TypeError('row schemas are synchronous')
    if (result.issues) throw new SchemaValidationError(query, row, result.issues)
    // oxlint-disable-next-line no-unsafe-type-assertion -- slonik types rows as columns, a schema may make more of them
    return result.value as typeof row
  },
}
