/** Turns bytes of an encoding into text, piece by piece. */
import iconv from 'iconv-lite'

export interface Decoder {
  write: (bytes: Uint8Array) => string
  end: () => string
}

/**
 * What Node's own decoder reads better: it is fast for Unicode, and knows the euro sign of the Macintosh. It is no choice for
 * windows-1252, which many releases of Node read as ISO-8859-1, without the euro sign.
 */
const ofNode = new Set(['utf-8', 'utf-16le', 'macintosh'])
const withoutSign = new Map([['macroman', 'macintosh']])

/** A decoder for one text; a character may be torn between two pieces. */
export const decoderOf = (name: string): Decoder => {
  const encoding = withoutSign.get(name) ?? name
  if (ofNode.has(encoding)) {
    const decoder = new TextDecoder(encoding, { ignoreBOM: true })
    return {
      write: (bytes) => decoder.decode(bytes, { stream: true }),
      end: () => decoder.decode(),
    }
  }
  const decoder = iconv.getDecoder(encoding)
  return {
    write: (bytes) => decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    end: () => decoder.end() ?? '',
  }
}

/** Bytes that are whole, as text. */
export const textIn = (bytes: Uint8Array, encoding: string): string => {
  const decoder = decoderOf(encoding)
  return decoder.write(bytes) + decoder.end()
}
