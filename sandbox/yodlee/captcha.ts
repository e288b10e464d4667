/** A picture of digits, as banks show it to tell people from programs. */
import { crc32, deflateSync } from 'node:zlib'

const glyphs: Record<string, string> = {
  '0': '111101101101111',
  '1': '010110010010111',
  '2': '111001111100111',
  '3': '111001111001111',
  '4': '101101111001001',
  '5': '111100111001111',
  '6': '111100111101111',
  '7': '111001001001001',
  '8': '111101111101111',
  '9': '111101111001111',
}
const scale = 8
const rows = 7
const columnsPerDigit = 4

const isInk = (text: string, column: number, row: number): boolean => {
  const digit = text[Math.floor((column - 1) / columnsPerDigit)] ?? ''
  const [x, y] = [(column - 1) % columnsPerDigit, row - 1]
  const inside = column > 0 && x < 3 && y >= 0 && y < 5
  return inside && glyphs[digit]?.[y * 3 + x] === '1'
}

const chunk = (type: string, content: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type), content])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(content.length)
  check.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, check])
}

/** A PNG of the digits, in base64. */
export const captcha = (text: string): string => {
  const width = (text.length * columnsPerDigit + 1) * scale
  const height = rows * scale
  const line = (y: number) => [
    0,
    ...Array.from({ length: width }, (_, x) =>
      isInk(text, Math.floor(x / scale), Math.floor(y / scale)) ? 0x20 : 0xf4,
    ),
  ]
  const pixels = Buffer.from(Array.from({ length: height }, (_, y) => line(y)).flat())
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  // eight bits of grey, nothing else
  head.set([8, 0, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]).toString('base64')
}
