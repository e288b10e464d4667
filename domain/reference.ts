const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Writes five random bytes as a reference people can read out, `BS-XXXX-XXXX` in Crockford base32. */
export const toReference = (bytes: Uint8Array): string => {
  if (bytes.length !== 5) throw new RangeError('a reference is made of five bytes')
  let bits = bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)
  let text = ''
  for (let i = 0; i < 8; i += 1) {
    text = (alphabet[Number(bits & 31n)] ?? '0') + text
    bits >>= 5n
  }
  return `BS-${text.slice(0, 4)}-${text.slice(4)}`
}
