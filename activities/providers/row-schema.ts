/**
 * Checks of rows, written by hand: a page has hundreds of rows, and to check them field by field with zod takes as long
 * as parsing them does. Everything else is left to zod.
 */
import { z } from 'zod'
import { numberText } from './exact-json.ts'

const textLengthMax = 100

export type Fields = Readonly<Record<string, unknown>>

/** A value that is not what it must be, by its place in the row; never told with the value itself. */
class Misfit extends Error {
  readonly place: string

  constructor(place: string) {
    super(place)
    this.place = place
  }
}

/** A short text that is not empty: a code, a kind, a day. */
export const textIn = (value: unknown, place: string): string => {
  if (typeof value === 'string' && value !== '' && value.length <= textLengthMax) return value
  throw new Misfit(place)
}

export const optionalTextIn = (value: unknown, place: string): string | null | undefined => {
  if (typeof value === 'string' || value === undefined || value === null) return value
  throw new Misfit(place)
}

export const optionalFlagIn = (value: unknown, place: string): boolean | null | undefined => {
  if (typeof value === 'boolean' || value === undefined || value === null) return value
  throw new Misfit(place)
}

/** A number, or the same number as text, as its digits. */
export const digitsIn = (value: unknown, place: string): string => {
  const digits = typeof value === 'string' ? value : numberText(value)
  if (digits !== null) return digits
  throw new Misfit(place)
}

/** An id with at most so many characters; one written as a number keeps all its digits. */
export const idIn = (value: unknown, place: string, lengthMax: number): string => {
  const id = digitsIn(value, place)
  if (id !== '' && id.length <= lengthMax) return id
  throw new Misfit(place)
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const fieldsIn = (value: unknown, place: string): Fields => {
  // what stands for a number is no object either
  if (isFields(value) && numberText(value) === null) return value
  throw new Misfit(place)
}

export const optionalFieldsIn = (value: unknown, place: string): Fields | null =>
  value === undefined || value === null ? null : fieldsIn(value, place)

/** The schema of a row that `read` takes apart. */
export const rowSchema = <Row>(read: (row: Fields) => Row) =>
  z.unknown().transform((value, context): Row => {
    try {
      return read(fieldsIn(value, ''))
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
      const path = error.place === '' ? [] : error.place.split('.')
      context.addIssue({ code: 'custom', message: 'does not fit', path })
      return z.NEVER
    }
  })
