/** The parts of a file that tell how it is written: its first bytes, and the cells that have more than ASCII in them. */

const sampleBytes = 1024 * 1024
const headBytes = 1_024
const partsBytes = 16 * 1024
const longestPart = 400

/** A part of the file: from this byte to before that one. */
interface Span {
  from: number
  to: number
}

export interface Sample {
  /** Parts of the file that have more than ASCII, with a line end behind each. */
  bytes: Buffer
  /** The ASCII of its beginning: names of columns tell a language too. */
  head: string
  /** The parts that have more than ASCII, where they stand in the file. */
  spans: readonly Span[]
}

/** No encoding here uses these within a character. */
const separators = new Set([0x09, 0x0a, 0x0d, 0x22, 0x2c, 0x3b, 0x3c, 0x3e])

/** The first place from here on where a byte is no ASCII; -1 where there is none. */
const highAt = (bytes: Uint8Array, from: number): number => {
  for (let at = from; at < bytes.length; at += 1) if ((bytes[at] ?? 0) >= 0x80) return at
  return -1
}

const spanAround = (bytes: Uint8Array, at: number, least: number): Span => {
  let from = at
  while (from > least && at - from < longestPart && !separators.has(bytes[from - 1] ?? 0)) from -= 1
  let to = at + 1
  while (to < bytes.length && to - at < longestPart && !separators.has(bytes[to] ?? 0)) to += 1
  return { from, to }
}

/** Takes a sample of bytes that are not all ASCII; what stands there many times is taken once. */
export const sampleOf = (file: Uint8Array): Sample => {
  const bytes = Buffer.from(file.buffer, file.byteOffset, Math.min(file.byteLength, sampleBytes))
  const seen = new Set<string>()
  const spans: Span[] = []
  let length = 0
  let end = 0
  for (let at = highAt(bytes, 0); at >= 0 && length < partsBytes; at = highAt(bytes, end)) {
    const span = spanAround(bytes, at, end)
    end = span.to
    const text = bytes.toString('latin1', span.from, span.to)
    if (seen.has(text)) continue
    seen.add(text)
    spans.push(span)
    length += text.length
  }
  const newline = Buffer.from('\n')
  const parts = spans.flatMap(({ from, to }) => [bytes.subarray(from, to), newline])
  const head = bytes.toString('latin1', 0, headBytes).replace(/[\x80-\xff]+/g, '?')
  return { bytes: Buffer.concat(parts), head, spans }
}
