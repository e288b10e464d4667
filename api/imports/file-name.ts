import type { Request } from 'express'
import { plainText } from '../plain-text.ts'

const nameMax = 255

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    // a lone percent sign is part of the name
    return text
  }
}

const extended = /filename\*\s*=\s*utf-8''([^;\s]{1,1000})/i
const quoted = /filename\s*=\s*"([^"]{1,1000})"/i
const bare = /filename\s*=\s*([^\s;"]{1,1000})/i

const ofDisposition = (header: string): string => {
  const encoded = extended.exec(header)?.[1]
  if (encoded !== undefined) return decoded(encoded)
  const plain = quoted.exec(header)?.[1] ?? bare.exec(header)?.[1] ?? ''
  // header values are bytes, which Node reads as Latin-1
  return Buffer.from(plain, 'latin1').toString('utf8')
}

/** The name that a sender gives a file, without folders; for people, and never for finding out what the file is. */
export const fileNameOf = (request: Request, named: string | undefined): string => {
  const name = named ?? ofDisposition(request.get('content-disposition') ?? '')
  const last = plainText(name).split(/[/\\]/).at(-1) ?? ''
  return last.replaceAll(/[\n\t]/g, ' ').slice(0, nameMax)
}

/** The header that gives a file its name again, whatever characters it has. */
export const dispositionOf = (name: string): string =>
  `attachment; filename*=UTF-8''${encodeURIComponent(name === '' ? 'statement' : name).replaceAll("'", '%27')}`
