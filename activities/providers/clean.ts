/** Words of a bank, made fit for a screen. */

/** Control characters and bidirectional tricks have no place there. */
// eslint-disable-next-line no-control-regex -- these are the characters to remove
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
/** Whatever could be changed; most texts of a bank have none of it. */
const untidy =
  // eslint-disable-next-line no-control-regex -- and these to look for
  /[\u0000-\u001f\u007f-\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ud800-\udfff\ufeff]| {2}|^ | $/

/** One line of plain text with at most `max` characters; empty where there is none. */
export const clean = (text: string | null | undefined, max = 4_000): string => {
  if (!text) return ''
  if (text.length <= max && !untidy.test(text)) return text
  return text.replace(unprintable, ' ').replace(/\s+/g, ' ').trim().slice(0, max).toWellFormed()
}
