import { SaxesParser } from 'saxes'
import type { Problem } from '../../../statement-files/problem.ts'
import { Tokenizer } from '../../../statement-files/xml/tokenizer.ts'

/** What a reader of XML says of a text: texts that follow each other are one. */
export interface Reading {
  events: string[]
  isRefused: boolean
  problem?: Problem
}

const stopped = new Error('refused')

const addText = (events: string[], text: string): void => {
  const last = events.at(-1)
  if (last?.startsWith('text ')) events[events.length - 1] = last + text
  else if (text !== '') events.push(`text ${text}`)
}

const startOf = (name: string, attributes: Iterable<readonly [string, string]>): string =>
  `open ${name} ${JSON.stringify([...attributes])}`

const piecesOf = (text: string, length: number): string[] => {
  const pieces = []
  for (let from = 0; from < text.length; from += length)
    pieces.push(text.slice(from, from + length))
  return pieces
}

/** Our reading of a text that comes in pieces of a length. */
export const ours = (text: string, length = text.length): Reading => {
  const events: string[] = []
  const reading: Reading = { events, isRefused: false }
  const tokens = new Tokenizer({
    open(name, attributes) {
      events.push(startOf(name, attributes))
      tokens.collects = true
    },
    close: () => void events.push('close'),
    text: (piece) => addText(events, piece),
    refuse(problem) {
      Object.assign(reading, { isRefused: true, problem })
      throw stopped
    },
  })
  try {
    for (const piece of piecesOf(text, Math.max(1, length))) tokens.write(piece)
    tokens.end()
  } catch (error) {
    if (error !== stopped) throw error
  }
  return reading
}

/** What saxes says of it, without the blanks that banks put before it; it hands out texts around the root element too, which are blanks. */
export const theirs = (text: string): Reading => {
  const events: string[] = []
  const reading: Reading = { events, isRefused: false }
  let depth = 0
  const parser = new SaxesParser({ xmlns: false })
  const refuse = () => {
    reading.isRefused = true
    throw stopped
  }
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1
    events.push(startOf(name, Object.entries(attributes)))
  })
  parser.on('closetag', () => {
    depth -= 1
    events.push('close')
  })
  const told = (piece: string) => {
    if (depth > 0) addText(events, piece)
  }
  parser.on('text', told)
  parser.on('cdata', told)
  parser.on('doctype', refuse)
  parser.on('error', refuse)
  try {
    parser.write(text.trimStart())
    parser.close()
  } catch (error) {
    if (error !== stopped) throw error
  }
  return reading
}
