/** Where the rows of a JSON text are, and its numbers that a float would change. What is no JSON may be read in any way. */

/** Pairs of a beginning and an end in the text. */
export type Spans = number[]

export interface Row {
  from: number
  end: number
  /** Its numbers that a float would change; null = none. */
  numbers: Spans | null
}

interface Walked {
  /** The objects and lists in the lists that are members of the whole, by the member's name; of two alike the last. */
  lists: Map<string, Row[]>
  /** All numbers that a float would change. */
  numbers: Spans
  /** How long `numbers` were if only those in rows counted. */
  numbersInRows: number
  /** Whether there are line breaks between its parts, as in a text for people. */
  isLaidOut: boolean
}

interface Walk extends Walked {
  depth: number
  /** Of the list that the walk is in; null outside of one. */
  rows: Row[] | null
  rowFrom: number
  rowNumbersFrom: number
  /** The outermost value is an object. */
  hasNames: boolean
  nameFrom: number
  nameEnd: number
}

const lineBreak = 10
const quote = 34
const plus = 43
const comma = 44
const minus = 45
const point = 46
const zero = 48
const nine = 57
const colon = 58
const backslash = 92
const listOpening = 91
/** With this bit `[` is `{`, `]` is `}` and `E` is `e`. */
const bit = 32
const opening = 123
const closing = 125
const exponent = 101
/** Letters and brackets begin here. */
const letterA = 65
const smallLetterA = 97
const letterF = 102

/** Up to this length, sign and point included, a float gives back the digits it came from. */
const floatLengthMax = 15
/** After zeros behind the point a float is written with an exponent; this short there are too few of them. */
const smallLengthMax = 6

/** Walks through the text once, jumping over its strings. */
export const walkJson = (text: string): Walked => {
  const walk: Walk = {
    lists: new Map(),
    numbers: [],
    numbersInRows: 0,
    isLaidOut: false,
    depth: 0,
    rows: null,
    rowFrom: 0,
    rowNumbersFrom: 0,
    hasNames: false,
    nameFrom: 0,
    nameEnd: 0,
  }
  let at = 0
  while (at < text.length) at = step(text, at, walk)
  return walk
}

const step = (text: string, at: number, walk: Walk): number => {
  const code = text.charCodeAt(at)
  if (code === quote) return pastString(text, at, walk)
  if (code >= letterA) return pastWordOrBracket(text, at, walk)
  if (code === minus || isDigit(code)) return pastNumber(text, at, walk)
  if (code === lineBreak) walk.isLaidOut = true
  return at + 1
}

const pastWordOrBracket = (text: string, at: number, walk: Walk): number => {
  const code = text.charCodeAt(at)
  // the words of JSON are `null`, `true` and `false`
  if (code >= smallLetterA && code < opening) return at + (code === letterF ? 5 : 4)
  if ((code | bit) === opening) open(text, at, walk)
  else if ((code | bit) === closing) close(at, walk)
  return at + 1
}

const pastString = (text: string, from: number, walk: Walk): number => {
  const end = stringEnd(text, from)
  if (walk.depth === 1) {
    walk.nameFrom = from
    walk.nameEnd = end
  }
  const code = text.charCodeAt(end)
  return code === colon || code === comma ? end + 1 : end
}

const stringEnd = (text: string, from: number): number => {
  let end = text.indexOf('"', from + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end + 1
}

const isEscaped = (text: string, at: number): boolean => {
  let before = at - 1
  while (text.charCodeAt(before) === backslash) before -= 1
  return (at - before) % 2 === 0
}

const open = (text: string, at: number, walk: Walk): void => {
  walk.depth += 1
  if (walk.depth === 1) walk.hasNames = text.charCodeAt(at) !== listOpening
  if (walk.depth === 2) walk.rows = text.charCodeAt(at) === listOpening ? listOf(text, walk) : null
  else if (walk.depth === 3) {
    walk.rowFrom = at
    walk.rowNumbersFrom = walk.numbers.length
  }
}

/** A list without a name is in a list, not a member. */
const listOf = (text: string, { lists, hasNames, nameFrom, nameEnd }: Walk): Row[] | null => {
  if (!hasNames || nameEnd === 0) return null
  const rows: Row[] = []
  lists.set(String(JSON.parse(text.slice(nameFrom, nameEnd))), rows)
  return rows
}

const close = (at: number, walk: Walk): void => {
  const { depth, rows, rowFrom, rowNumbersFrom, numbers } = walk
  walk.depth -= 1
  if (depth !== 3 || rows === null) return
  const hasNumbers = numbers.length > rowNumbersFrom
  walk.numbersInRows += numbers.length - rowNumbersFrom
  rows.push({
    from: rowFrom,
    end: at + 1,
    numbers: hasNumbers ? numbers.slice(rowNumbersFrom) : null,
  })
}

const isDigit = (code: number): boolean => code >= zero && code <= nine

const isNumberPart = (code: number): boolean =>
  isDigit(code) || code === point || code === minus || code === plus || (code | bit) === exponent

const pastNumber = (text: string, from: number, { numbers }: Walk): number => {
  let end = from + 1
  while (isNumberPart(text.charCodeAt(end))) end += 1
  if (!isFloat(text, from, end)) numbers.push(from, end)
  return end
}

/** Whether a float is written with exactly these digits. */
const isFloat = (text: string, from: number, end: number): boolean => {
  if (end - from > floatLengthMax) return false
  let hasPoint = false
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code === point) hasPoint = true
    else if ((code | bit) === exponent) return false
  }
  if (hasPoint && text.charCodeAt(end - 1) === zero) return false
  const isNegative = text.charCodeAt(from) === minus
  if (text.charCodeAt(isNegative ? from + 1 : from) !== zero) return true
  // a zero has no sign as a float
  return hasPoint ? end - from <= smallLengthMax : !isNegative
}
