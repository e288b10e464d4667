/** References in OFX text: numbers, and the names that HTML gives to Western European characters. */

/** Names of U+00A0 to U+00FF in their order. */
const latin =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro ' +
  'para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil ' +
  'Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave ' +
  'Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml ' +
  'igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute ' +
  'thorn yuml'

const others: readonly [name: string, character: string][] = [
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['euro', '€'],
  ['OElig', 'Œ'],
  ['oelig', 'œ'],
  ['Scaron', 'Š'],
  ['scaron', 'š'],
  ['Yuml', 'Ÿ'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['lsquo', '‘'],
  ['rsquo', '’'],
  ['sbquo', '‚'],
  ['ldquo', '“'],
  ['rdquo', '”'],
  ['bdquo', '„'],
  ['hellip', '…'],
  ['bull', '•'],
  ['trade', '™'],
  ['lsaquo', '‹'],
  ['rsaquo', '›'],
]

const named = new Map<string, string>([
  ...latin.split(' ').map((name, index) => [name, String.fromCharCode(0xa0 + index)] as const),
  ...others,
])

/** Numbers 128 to 159 mean what Windows has there: that is what those who write them see. */
const windows = '€�‚ƒ„…†‡ˆ‰Š‹Œ�Ž��‘’“”•–—˜™š›œ�žŸ'

const numbered = (code: number): string => {
  if (code >= 0x80 && code < 0xa0) return windows[code - 0x80] ?? ' '
  if (code < 0x20 || code === 0x7f) return ' '
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '�'
  return String.fromCodePoint(code)
}

const characterOf = (reference: string): string => {
  const name = reference.slice(1, -1)
  if (!name.startsWith('#')) return named.get(name) ?? named.get(name.toLowerCase()) ?? reference
  const isHex = /^#x/i.test(name)
  return numbered(Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10))
}

const reference = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,7});/gi

/** The text with its references replaced; an ampersand that begins none stays. */
export const withoutReferences = (text: string): string =>
  text.includes('&') ? text.replace(reference, characterOf) : text
