/** A 52-bit hash of a text, for telling texts apart without keeping them; not for anything that somebody may forge. */
export const hashOf = (text: string): number => {
  let high = 0x9dc5
  let low = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    low = Math.imul(low ^ code, 0x01000193)
    high = (Math.imul(high, 31) + code) & 0xfffff
  }
  return high * 2 ** 32 + (low >>> 0)
}
