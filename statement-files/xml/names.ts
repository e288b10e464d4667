/** Names of elements and attributes: the same few come again and again, so each is made once. */

const first = String.raw`:A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}`
const whole = new RegExp(
  String.raw`^[${first}][${first}\-.0-9\u00b7\u0300-\u036f\u203f\u2040]*$`,
  'u',
)

export const isName = (text: string): boolean => whole.test(text)

/** Signs that may be part of a name, and a few that are sorted out when the name is new. */
const isWithin = (code: number): boolean =>
  code > 0x3f || (code >= 0x2d && code <= 0x3a && code !== 0x2f)

const slots = 1_024
const longestKnown = 100

export class Names {
  readonly #known: string[] = []

  /** The name that begins at an index; empty where none does. */
  read(text: string, codes: Uint16Array, from: number): string {
    let at = from
    let hash = 0
    for (let code = codes[at] ?? 0; isWithin(code); code = codes[at] ?? 0) {
      hash = (Math.imul(hash, 31) + code) | 0
      at += 1
    }
    const slot = hash & (slots - 1)
    const known = this.#known[slot] ?? ''
    if (known.length === at - from && isAt(codes, from, known)) return known
    const found = text.slice(from, at)
    if (!isName(found)) return ''
    if (found.length <= longestKnown) this.#known[slot] = found
    return found
  }
}

export const isAt = (codes: Uint16Array, from: number, name: string): boolean => {
  for (let index = 0; index < name.length; index += 1)
    if (codes[from + index] !== name.charCodeAt(index)) return false
  return true
}
