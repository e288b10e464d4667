/** Words of a bank, made fit for a screen. */

/** Control characters and bidirectional tricks have no place there. */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const markup = /<[^<>]{0,500}>/g

/** One line of plain text with at most `max` characters. */
export const clean = (text: string | null | undefined, max = 4_000): string =>
  (text ?? '').replace(unprintable, ' ').replace(/\s+/g, ' ').trim().slice(0, max).toWellFormed()

/** The same without markup, which institutions put into their questions. */
export const plain = (text: string | null | undefined, max: number): string =>
  clean((text ?? '').replace(markup, ' '), max)

/** The first text that says anything; empty where none does. */
export const firstOf = (texts: readonly (string | null | undefined)[], max: number): string =>
  texts.map((text) => clean(text, max)).find((text) => text !== '') ?? ''
