/** Words of Yodlee's institutions, made fit for a screen. */
import { clean } from '../clean.ts'

const markup = /<[^<>]{0,500}>/g

/** One line of plain text without markup, which institutions put into their questions. */
export const plain = (text: string | null | undefined, max: number): string =>
  clean((text ?? '').replace(markup, ' '), max)

/** The first text that says anything; empty where none does. */
export const firstOf = (texts: readonly (string | null | undefined)[], max: number): string =>
  clean(
    texts.find((text) => clean(text, max) !== ''),
    max,
  )
