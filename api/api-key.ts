/** API keys: `bsk_live_<8 id>_<32 random><6 checksum>`, base62. Only a hash is stored, so a key is shown once. */
import { hash, randomInt } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const idLength = 8
const secretLength = 32
const checksumLength = 6
const pattern = /^bsk_live_([0-9A-Za-z]{8})_([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/

const randomText = (length: number): string =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')

/** Tells mistyped and cut keys from real ones before the database is asked; it proves nothing. */
const checksumOf = (id: string, secret: string): string => {
  let rest = hash('sha256', `${id}_${secret}`, 'buffer').readUIntBE(0, 6)
  let text = ''
  for (let i = 0; i < checksumLength; i += 1) {
    text += alphabet.charAt(rest % alphabet.length)
    rest = Math.floor(rest / alphabet.length)
  }
  return text
}

/** The hash that is stored; a key has 190 random bits, so a slow hash would add nothing. */
export const hashApiKey = (key: string): Buffer => hash('sha256', key, 'buffer')

export interface NewApiKey {
  id: string
  /** Shown once, stored nowhere. */
  key: string
  keyHash: Buffer
}

/** Makes a new key. */
export const mintApiKey = (): NewApiKey => {
  const id = randomText(idLength)
  const secret = randomText(secretLength)
  const key = `bsk_live_${id}_${secret}${checksumOf(id, secret)}`
  return { id, key, keyHash: hashApiKey(key) }
}

/** The id inside a well-formed key, or null for anything else. */
export const apiKeyId = (key: string): string | null => {
  const [, id = '', secret = '', checksum = ''] = pattern.exec(key) ?? []
  return id !== '' && checksum === checksumOf(id, secret) ? id : null
}
