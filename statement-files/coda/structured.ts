/** Structured communications as values and as text for people. */
import { maskedCard } from './card.ts'
import type { DayReader } from './reading.ts'
import { decimalAt, rateOf } from './reading.ts'
import type { Part } from './structures.ts'
import { structures } from './structures.ts'

const whole = { from: 1, to: 15 }

/** A part as a person reads it; null where it says nothing. */
const shown = ({ kind }: Part, raw: string, days: DayReader): string | null => {
  const word = raw.trim()
  if (word === '' || /^0+$/.test(word)) return null
  switch (kind) {
    case 'amount':
      return decimalAt(raw, whole) ?? word
    case 'rate':
      return rateOf(raw) ?? word
    case 'percent':
      return `${rateOf(raw) ?? word} %`
    case 'day':
      return dayShown(raw, days)
    case 'hour':
      return /^\d{4}$/.test(word) ? `${word.slice(0, 2)}:${word.slice(2)}` : word
    case 'card':
      return maskedCard(word)
    case 'text':
    case 'more':
      return word
    case 'code':
      return null
  }
}

/** A day without end is written 999999. */
const dayShown = (raw: string, days: DayReader): string | null =>
  raw === '999999' ? null : (days(raw, { from: 1, to: 6 }) ?? raw.trim())

export interface Structured {
  /** The part as written, without the blanks around it; empty where the type has none. */
  word: (name: string) => string
  /** All parts but those named, and what stands behind the last. */
  textWithout: (...names: readonly string[]) => string
}

interface Cut {
  part: Part
  raw: string
}

const cutParts = (parts: readonly Part[], body: string) => {
  let from = 0
  const cuts = parts.map((part): Cut => {
    const raw = body.slice(from, from + part.width)
    from += part.width
    return { part, raw }
  })
  return { cuts, rest: body.slice(from).trim() }
}

/** Cuts a communication into the parts of its type; null where the type is not known. */
export const structured = (type: string, body: string, days: DayReader): Structured | null => {
  const parts = structures.get(type)
  if (parts === undefined) return null
  const { cuts, rest } = cutParts(parts, body)
  return {
    word: (name) => cuts.find(({ part }) => part.name === name)?.raw.trim() ?? '',
    textWithout(...names) {
      let text = ''
      for (const { part, raw } of cuts) {
        const said = names.includes(part.name) ? null : shown(part, raw, days)
        if (said === null) continue
        const isJoined = part.kind === 'more' || part.kind === 'hour'
        text += text === '' ? said : `${isJoined ? ' ' : ', '}${said}`
      }
      return rest === '' || text === '' ? text + rest : `${text}, ${rest}`
    },
  }
}
