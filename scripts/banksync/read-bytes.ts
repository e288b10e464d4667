import { open } from 'node:fs/promises'

const pieceBytes = 1024 * 1024

/** The bytes of a file; null when there are more than the limit, of which no more than that is read. */
export const readBytes = async (path: string, limit: number): Promise<Buffer | null> => {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size > limit) return null
    // a pipe tells no size
    const pieces: Buffer[] = []
    for (let total = 0; total <= limit;) {
      const wanted = Math.max(Math.min(size - total, limit + 1), pieceBytes)
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted)
      if (bytesRead === 0) return joined(pieces)
      pieces.push(buffer.subarray(0, bytesRead))
      total += bytesRead
    }
    return null
  } finally {
    await file.close()
  }
}

/** One piece is not copied: it may be 50 MB. */
const joined = (pieces: readonly Buffer[]): Buffer => {
  const [first] = pieces
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces)
}
