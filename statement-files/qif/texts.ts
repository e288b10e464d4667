/** Texts as programs wrote them that thought of web pages. */
const named = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
])

const references = /&(#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-z]{2,4});/g

const characterOf = (code: number): string | null =>
  code >= 0x20 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
    ? String.fromCodePoint(code)
    : null

const meant = (reference: string): string | null => {
  if (!reference.startsWith('#')) return named.get(reference) ?? null
  const isHex = reference[1] === 'x' || reference[1] === 'X'
  return characterOf(isHex ? parseInt(reference.slice(2), 16) : Number(reference.slice(1)))
}

/** Replaces the character references of HTML that every program knows; anything else stays as it is. */
export const withoutEntities = (text: string): string =>
  text.includes('&')
    ? text.replace(references, (whole, reference: string) => meant(reference) ?? whole)
    : text
