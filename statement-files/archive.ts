/** The files in a ZIP archive, unpacked one after the other: banks deliver a statement a day that way. Limits come first. */
import { crc32, inflateRawSync } from 'node:zlib'
import { limits } from './limits.ts'
import { problem, quoted, type Problem } from './problem.ts'

/** A file of the archive, still packed. */
interface Entry {
  name: string
  method: number
  crc: number
  packedSize: number
  size: number
  /** Where its own header begins. */
  at: number
}

const marks = { end: 0x06054b50, central: 0x02014b50, local: 0x04034b50 }
const endLength = 22
const longestComment = 65_535
const centralLength = 46
const localLength = 30

const damaged = (name?: string): Problem =>
  problem(
    'malformed',
    { reason: 'archive' },
    name === undefined ? undefined : { file: quoted(name) },
  )

/** Where the record stands that ends an archive; -1 where there is none. */
const endAt = (bytes: Buffer): number => {
  const first = Math.max(0, bytes.length - endLength - longestComment)
  for (let at = bytes.length - endLength; at >= first; at -= 1)
    if (bytes.readUInt32LE(at) === marks.end) return at
  return -1
}

const entryAt = (bytes: Buffer, at: number): { entry: Entry; next: number } | Problem => {
  if (at + centralLength > bytes.length || bytes.readUInt32LE(at) !== marks.central)
    return damaged()
  const nameLength = bytes.readUInt16LE(at + 28)
  const nameAt = at + centralLength
  const next = nameAt + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  const name = bytes.toString('utf8', nameAt, nameAt + nameLength)
  const isEncrypted = (bytes.readUInt16LE(at + 8) & 1) !== 0
  if (isEncrypted) return problem('not_a_statement', { what: 'locked' }, { file: quoted(name) })
  const entry = {
    name,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packedSize: bytes.readUInt32LE(at + 20),
    size: bytes.readUInt32LE(at + 24),
    at: bytes.readUInt32LE(at + 42),
  }
  return { entry, next }
}

/** Folders, and what operating systems add of their own. */
const isOfSystem = ({ name }: Entry): boolean =>
  name.endsWith('/') || /(?:^|\/)(?:__MACOSX\/|\.|Thumbs\.db$|desktop\.ini$)/i.test(name)

/** Office documents are archives as well. */
const isOffice = ({ name }: Entry): boolean =>
  name === '[Content_Types].xml' || name === 'mimetype' || name.startsWith('xl/')

const sizeProblem = (entries: readonly Entry[], packedSize: number): Problem | null => {
  const size = entries.reduce((sum, entry) => sum + entry.size, 0)
  if (size > limits.fileBytes)
    return problem('too_large', { what: 'bytes', limit: limits.fileBytes })
  if (size > limits.archiveRatio * packedSize && size > limits.archiveRatioFrom)
    return problem('too_large', { what: 'ratio', limit: limits.archiveRatio })
  return null
}

/** The files that an archive lists, or why it is not read. */
const listEntries = (bytes: Buffer): Entry[] | Problem => {
  const end = endAt(bytes)
  if (end < 0) return problem('truncated', { missing: '' })
  const count = bytes.readUInt16LE(end + 10)
  if (count > limits.archiveEntries)
    return problem('too_large', { what: 'entries', limit: limits.archiveEntries })
  const entries: Entry[] = []
  let at = bytes.readUInt32LE(end + 16)
  for (let index = 0; index < count; index += 1) {
    const read = entryAt(bytes, at)
    if ('code' in read) return read
    entries.push(read.entry)
    at = read.next
  }
  // a directory longer than its entries hides files
  if (at !== bytes.readUInt32LE(end + 16) + bytes.readUInt32LE(end + 12)) return damaged()
  if (entries.length === 0) return problem('not_a_statement', { what: 'empty_zip' })
  if (entries.some(isOffice)) return problem('not_a_statement', { what: 'xlsx' })
  return sizeProblem(entries, bytes.length) ?? entries.filter((entry) => !isOfSystem(entry))
}

const stored = 0
const deflated = 8

const inflate = (packed: Buffer, { size, name }: Entry): Uint8Array | Problem => {
  try {
    // one byte more than announced would be refused as well: a size is a promise
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) })
  } catch {
    return damaged(name)
  }
}

const unpack = (bytes: Buffer, entry: Entry): Uint8Array | Problem => {
  const { at, name, method, packedSize, size, crc } = entry
  if (at + localLength > bytes.length || bytes.readUInt32LE(at) !== marks.local)
    return damaged(name)
  const from = at + localLength + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
  if (from + packedSize > bytes.length || (method !== stored && method !== deflated))
    return damaged(name)
  const packed = bytes.subarray(from, from + packedSize)
  const content = method === stored ? packed : inflate(packed, entry)
  if ('code' in content) return content
  return content.length === size && crc32(content) === crc ? content : damaged(name)
}

export interface ArchivedFile {
  name: string
  content: Uint8Array
}

/** Unpacks the files of an archive in its order; a problem is the last thing it gives. */
export function* readArchive(bytes: Uint8Array): Generator<ArchivedFile | Problem> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries = listEntries(buffer)
  if (!Array.isArray(entries)) return yield entries
  for (const entry of entries) {
    const content = unpack(buffer, entry)
    if ('code' in content) return yield content
    yield { name: quoted(entry.name), content }
  }
}
