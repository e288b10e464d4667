/** AES-256-GCM over text, written as `v1.<keyId>.<iv>.<tag>.<ciphertext>`. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const authTagLength = 16

export interface CipherKey {
  keyId: string
  key: Buffer
}

/** Encrypts bytes; `context` must be given again to open them, so that a ciphertext is worthless in another place. */
export const encrypt = ({ keyId, key }: CipherKey, plain: Buffer, context: string): string => {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv(algorithm, key, iv, { authTagLength })
  cipher.setAAD(Buffer.from(`${context}|${keyId}`, 'utf8'))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  const parts = [iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))
  return ['v1', keyId, ...parts].join('.')
}

/** The name of the key that opens a sealed text; throws when the text is not one. */
export const keyIdOf = (sealed: string): string => {
  const [version, keyId, ...rest] = sealed.split('.')
  if (version !== 'v1' || keyId === undefined || rest.length !== 3)
    throw new Error('A sealed value is damaged or of an unknown version.')
  return keyId
}

/** Opens what `encrypt` made with the same key and context; throws when either differs. */
export const decrypt = ({ keyId, key }: CipherKey, sealed: string, context: string): Buffer => {
  const [, , ...rest] = sealed.split('.')
  const [iv, tag, ciphertext] = rest.map((part) => Buffer.from(part, 'base64url'))
  if (!iv || !tag || !ciphertext || iv.length !== ivBytes || tag.length !== authTagLength)
    throw new Error('A sealed value is damaged or of an unknown version.')
  const decipher = createDecipheriv(algorithm, key, iv, { authTagLength })
  decipher.setAAD(Buffer.from(`${context}|${keyId}`, 'utf8'))
  decipher.setAuthTag(tag)
  return Buffer.concat([decipher.update(ciphertext), decipher.final()])
}
