import { crc32, deflateRawSync } from 'node:zlib'

export interface ZipFile {
  name: string
  content: Uint8Array | string
  /** What the archive claims, where it lies. */
  claimed?: { size?: number; packedSize?: number; crc?: number; flags?: number; method?: number }
  isStored?: boolean
}

const fields = (...values: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer =>
  Buffer.concat(
    values.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes)
      field.writeUIntLE(value, 0, bytes)
      return field
    }),
  )

interface Packed {
  name: Buffer
  packed: Uint8Array
  head: Buffer
}

const pack = ({ name, content, claimed = {}, isStored = false }: ZipFile): Packed => {
  const bytes = Buffer.from(content)
  const packed = isStored ? bytes : deflateRawSync(bytes)
  const head = fields(
    [2, 20],
    [2, claimed.flags ?? 0x0800],
    [2, claimed.method ?? (isStored ? 0 : 8)],
    [4, 0],
    [4, claimed.crc ?? crc32(bytes)],
    [4, claimed.packedSize ?? packed.length],
    [4, claimed.size ?? bytes.length],
    [2, Buffer.byteLength(name)],
    [2, 0],
  )
  return { name: Buffer.from(name), packed, head }
}

/** A ZIP archive with the given files and a comment at its end. */
export const zip = (files: readonly ZipFile[], comment = ''): Buffer => {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const { name, packed, head } of files.map(pack)) {
    const local = Buffer.concat([fields([4, 0x04034b50]), head, name, packed])
    const rest = fields([2, 0], [2, 0], [2, 0], [4, 0], [4, at])
    directory.push(Buffer.concat([fields([4, 0x02014b50], [2, 20]), head, rest, name]))
    parts.push(local)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const count = files.length
  const end = fields([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count])
  const where = fields([4, central.length], [4, at], [2, Buffer.byteLength(comment)])
  return Buffer.concat([...parts, central, end, where, Buffer.from(comment)])
}
