import { z } from 'zod'
import type { Language } from '../locales/languages.ts'
import type { FieldError } from './problem.ts'
import { Problem } from './problem.ts'

const errorsMax = 20

const errorMaps = {
  en: z.locales.en().localeError,
  fr: z.locales.fr().localeError,
  nl: z.locales.nl().localeError,
}

const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const errorsOf = (part: string, { issues }: z.ZodError): FieldError[] =>
  issues
    .flatMap((issue): FieldError[] => {
      // an unknown key is reported at its own place, not at the object around it
      const places = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]]
      return places.map((place) => ({
        pointer: pointer([part, ...issue.path, ...place]),
        detail: issue.message,
      }))
    })
    .slice(0, errorsMax)

/** Checks one part of a request (params, query, headers, body); throws 400 that names each wrong place. */
export const validate = (
  schema: z.ZodType,
  [part, value]: readonly [part: string, value: unknown],
  language: Language,
): unknown => {
  const result = schema.safeParse(value, { error: errorMaps[language] })
  if (result.success) return result.data
  const errors = errorsOf(part, result.error)
  throw new Problem('validation-failed', 'invalid_fields', { params: { n: errors.length }, errors })
}
