/** What the bytes themselves tell of text that is neither UTF-8 nor declared: signs beside letters give it away. */

const sampleBytes = 1024 * 1024

export interface Guess {
  encoding: 'utf-8' | 'cp850' | 'windows-1252'
  /** The text may as well be written in this one; `at` is a byte that reads differently. */
  rival?: { encoding: string; at: number }
}

const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a))

/** These bytes mean nothing in windows-1252. */
export const isNoWindows = (byte: number): boolean => [0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte)

const isWindowsLetter = (byte: number): boolean => byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7

/** Rare letters of Windows are frequent ones of DOS: they speak only where nothing else does. */
const isEither = (byte: number): boolean =>
  [0x8a, 0x8c, 0x8e, 0x9a, 0x9c, 0x9e, 0x9f].includes(byte)

/** A letter of DOS that is no letter of Windows; signs that may close a word there count inside words only. */
const isDosLetter = (byte: number, isInside: boolean): boolean => {
  if (byte > 0xa5 || byte === 0xa0 || isEither(byte)) return false
  // é and ü: as an opening quote of Windows, or as nothing, they follow no letter
  if (byte === 0x82 || isNoWindows(byte)) return true
  // an apostrophe and dashes stand between letters too
  return isInside && ![0x92, 0x96, 0x97].includes(byte)
}

interface Evidence {
  dos: number
  windows: number
  /** First byte that speaks for each, and first one that Windows does not know. */
  dosAt: number
  windowsAt: number
  unknownAt: number
}

const first = (known: number, at: number): number => (known < 0 ? at : known)

const evidenceIn = (bytes: Uint8Array): Evidence => {
  const seen: Evidence = { dos: 0, windows: 0, dosAt: -1, windowsAt: -1, unknownAt: -1 }
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte < 0x80) continue
    if (isNoWindows(byte)) seen.unknownAt = first(seen.unknownAt, at)
    if (!isLetter(bytes[at - 1])) continue
    if (isWindowsLetter(byte)) {
      seen.windows += 1
      seen.windowsAt = first(seen.windowsAt, at)
    } else if (isDosLetter(byte, isLetter(bytes[at + 1]))) {
      seen.dos += 1
      seen.dosAt = first(seen.dosAt, at)
    }
  }
  return seen
}

/** Text in UTF-8 of which a program has cut a few letters in two: whole ones hardly occur by chance. */
const isBrokenUtf8 = (bytes: Uint8Array): boolean => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const whole = text.match(/[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}/g) ?? []
  const wholeBytes = whole.reduce((sum, { length }) => sum + length, 0)
  const broken = (text.match(/[\x80-\xff]/g)?.length ?? 0) - wholeBytes
  return whole.length > broken
}

/** How eight-bit text is written, and what speaks against it. */
export const eightBitOf = (bytes: Uint8Array): Guess => {
  const sample = bytes.subarray(0, sampleBytes)
  if (isBrokenUtf8(sample)) return { encoding: 'utf-8' }
  const { dos, windows, dosAt, windowsAt, unknownAt } = evidenceIn(sample)
  if (dos > windows)
    return windows * 3 > dos
      ? { encoding: 'cp850', rival: { encoding: 'windows-1252', at: windowsAt } }
      : { encoding: 'cp850' }
  if (dos > 0 && dos * 3 > windows)
    return { encoding: 'windows-1252', rival: { encoding: 'cp850', at: dosAt } }
  return unknownAt >= 0
    ? { encoding: 'windows-1252', rival: { encoding: 'windows-1250', at: unknownAt } }
    : { encoding: 'windows-1252' }
}
