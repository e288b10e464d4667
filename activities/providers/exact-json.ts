/**
 * JSON in which every number keeps the digits it was written with, and every row of a list its text. To look at each value
 * would cost several times what parsing costs. So the text is walked once, from quote to quote, and only the rows with a
 * number that a float would change are parsed in another way.
 */
import { randomUUID } from 'node:crypto'
import type { Row, Spans } from './json-rows.ts'
import { walkJson } from './json-rows.ts'

/** The only member of what stands for a number that is no float; nobody else can write it. */
const mark = `number ${randomUUID()}`
const written = Symbol('written')

declare global {
  interface JSON {
    rawJSON(text: string): object
  }
}

/** Parses JSON text; `numberText` reads its numbers and `writtenText` its rows. Throws SyntaxError on anything that is not JSON. */
export const parseExact = (text: string): unknown => {
  const { lists, numbers, numbersInRows, isLaidOut } = walkJson(text)
  const value: unknown = JSON.parse(text)
  const found = [...lists].map(([name, rows]): Found => ({ list: memberOf(value, name), rows }))
  if (numbers.length > numbersInRows || found.some(isLost))
    return JSON.parse(marked(text, numbers, { from: 0, end: text.length }))
  for (const each of found) keepRows(text, each, isLaidOut)
  return value
}

/** The digits of a number parsed exactly; null for anything else. */
export const numberText = (value: unknown): string | null => {
  if (typeof value === 'number') return String(value)
  const digits = typeof value === 'object' && value !== null ? Reflect.get(value, mark) : undefined
  return typeof digits === 'string' ? digits : null
}

/** The text of a row as it was written; of anything else that was parsed exactly, or was laid out in lines, JSON that means the same. */
export const writtenText = (value: unknown): string =>
  typeof value === 'object' && value !== null && written in value
    ? String(value[written])
    : JSON.stringify(value, (_key, each: unknown) => {
        const digits = numberText(each)
        return digits === null ? each : JSON.rawJSON(digits)
      })

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([each]) => each === name)?.[1]
    : undefined

interface Found {
  list: unknown
  rows: readonly Row[]
}

/** Where not all of a list are rows, which of them is which is not known. */
const isWhole = (list: unknown, rows: readonly Row[]): list is any[] =>
  Array.isArray(list) && list.length === rows.length

const isLost = ({ list, rows }: Found): boolean =>
  !isWhole(list, rows) && rows.some(({ numbers }) => numbers !== null)

/** Puts the rows of a list right. A text that is laid out for people would be stored with its layout. */
const keepRows = (text: string, { list, rows }: Found, isLaidOut: boolean): void => {
  if (!isWhole(list, rows)) return
  rows.forEach((row, index) => {
    if (row.numbers !== null) list[index] = JSON.parse(marked(text, row.numbers, row))
    if (!isLaidOut) list[index][written] = text.slice(row.from, row.end)
  })
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** A part of the text with something else in the place of each of these numbers. */
const marked = (text: string, numbers: Spans, { from, end }: Pick<Row, 'from' | 'end'>): string => {
  let pieces = ''
  let done = from
  for (const [index, start] of numbers.entries()) {
    const stop = numbers[index + 1]
    if (index % 2 === 1 || stop === undefined) continue
    const digits = text.slice(start, stop)
    // what is no number stays, for the parser to refuse
    if (!jsonNumber.test(digits)) continue
    pieces += `${text.slice(done, start)}{"${mark}":"${digits}"}`
    done = stop
  }
  return pieces + text.slice(done, end)
}
