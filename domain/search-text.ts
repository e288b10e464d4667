/** Text as it is searched by: without case, accents and marks. */

/** Letters that no decomposition makes plain. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
}

/** Words in small plain letters with one space between them. */
export const searchText = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .replace(/[ßæœøłđðþı]/g, (letter) => plainLetters[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** The host of an address or of what a person typed as one, without `www.`; null where it is none. */
export const hostOf = (address: string): string | null => {
  const [, host] =
    /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:www\.)?([^\s/:?#@]+\.[^\s/:?#@.]+)(?:[/:?#]|$)/i.exec(
      address.trim(),
    ) ?? []
  return host === undefined ? null : host.toLowerCase()
}

/** A BIC in eleven characters, so that the head office is written one way; null where it is none. */
export const wholeBic = (bic: string): string | null => {
  const plain = bic.replace(/\s/g, '').toUpperCase()
  if (!/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(plain)) return null
  return plain.length === 8 ? `${plain}XXX` : plain
}
