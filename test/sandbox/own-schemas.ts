/** Schemas of our own, written from a provider's page where the provider publishes no description. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'

const schemasIn = (folder: string): Ajv => {
  const validator = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true })
  formats.default(validator)
  for (const file of readdirSync(folder))
    validator.addSchema(JSON.parse(readFileSync(join(folder, file), 'utf8')))
  return validator
}

/** Makes a comparison with the schemas of a folder, which are read when they are first needed; it says what is wrong with a value by the schema of that name, without its ending. */
export const openSchemas = (folder: string): ((schema: string, value: unknown) => string[]) => {
  let validator: Ajv | null = null
  return (schema, value) => {
    validator ??= schemasIn(folder)
    const check = validator.getSchema(`${schema}.json`)
    if (check === undefined) return [`there is no schema ${schema}`]
    if (check(value) === true) return []
    return (check.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${schema}${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}
