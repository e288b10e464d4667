/** Changes that banks, editors, mail programs, broken downloads and attackers make to a file. */
import type { Random } from '../random.ts'

/** Works on latin1 text, so that one character is one byte. */
type Mutation = (text: string, random: Random, other: string) => string

/** Characters beyond latin1 as the bytes of UTF-8. */
const asBytes = (text: string): string => Buffer.from(text).toString('latin1')

const replaceRange = (text: string, [from, to]: readonly [number, number], by: string): string =>
  text.slice(0, from) + by + text.slice(to)

const anyRange = (text: string, random: Random, longest: number): [number, number] => {
  const from = random.below(text.length + 1)
  return [from, Math.min(text.length, from + random.below(longest) + 1)]
}

const flipBit: Mutation = (text, random) => {
  const at = random.below(text.length)
  const byte = text.charCodeAt(at) ^ (1 << random.below(8))
  return replaceRange(text, [at, at + 1], String.fromCharCode(byte))
}

const anyByte: Mutation = (text, random) => {
  const at = random.below(text.length + 1)
  const byte = String.fromCharCode(random.below(256))
  return replaceRange(text, [at, at + random.below(2)], byte)
}

const remove: Mutation = (text, random) => replaceRange(text, anyRange(text, random, 40), '')

const truncate: Mutation = (text, random) => text.slice(0, random.below(text.length + 1))

const cutHead: Mutation = (text, random) => text.slice(random.below(200))

const repeat: Mutation = (text, random) => {
  const [from, to] = anyRange(text, random, 400)
  return replaceRange(text, [to, to], text.slice(from, to).repeat(1 + random.below(5)))
}

const splice: Mutation = (text, random, other) =>
  text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1))

const linesOf = (text: string): string[] => text.split(/(?<=\n|\r(?!\n))/)

const changeLines: Mutation = (text, random, other) => {
  const lines = linesOf(text)
  const at = random.below(lines.length)
  const line = lines[at] ?? ''
  const change = random.pick<() => string[]>([
    () => [],
    () => [line, line],
    () => [lines[random.below(lines.length)] ?? '', line],
    () => [line.trimEnd()],
    () => [line.trimEnd() + '\r'],
    () => [random.pick(linesOf(other)), line],
  ])
  return lines.toSpliced(at, 1, ...change()).join('')
}

/** Applies a change to one of the places that a pattern finds. */
const changeOne = (
  text: string,
  pattern: RegExp,
  change: (found: string) => { at: number; by: string } | string,
): ((random: Random) => string) => {
  const places = [...text.matchAll(pattern)]
  return (random) => {
    if (places.length === 0) return text
    const { index, 0: found } = random.pick(places)
    const changed = change(found)
    return typeof changed === 'string'
      ? replaceRange(text, [index, index + found.length], changed)
      : replaceRange(text, [index + changed.at, index + changed.at + 1], changed.by)
  }
}

const changeDigit: Mutation = (text, random) =>
  changeOne(text, /\d/g, (digit) => String((Number(digit) + 1 + random.below(9)) % 10))(random)

const numbers = [
  '0', '-0', '00', '-', '+', '.', ',', '1', '-1', '1.', '.5', '1,5', '1.234', '1.234,56', '1,234.56', '1 234,5',
  '12..34', '1e5', '0x10', 'NaN', 'Infinity', '--1', '1-', '(1.00)', '9'.repeat(18), '9'.repeat(400), '0.00001',
  `0.${'1'.repeat(60)}`, '١٢', '1’000.50', '-1,00',
] // prettier-ignore

const changeNumber: Mutation = (text, random) =>
  changeOne(text, /-?\d[\d.,]*/g, () => asBytes(random.pick(numbers)))(random)

const days = [
  '31/02/2024', '2024-02-30', '20240230', '300224', '000000', '999999', '29/02/2023', '01/02/03', '2024-13-01',
  '0000-00-00', '2024-01-31T24:00:00', '99999999', "31/12'99", '1/1/1', '32.01.2024', '20240131120000[-5:EST]',
] // prettier-ignore

const changeDay: Mutation = (text, random) =>
  changeOne(text, /\d{1,4}[-./' ]\d{1,2}[-./' ]\d{2,4}|\b\d{6}\b|\b\d{8}\b/g, () =>
    random.pick(days),
  )(random)

const delimiters = [
  ',',
  ';',
  '\t',
  '|',
  '.',
  "'",
  '"',
  '\n',
  '\r',
  '\0',
  ' ',
  '<',
  '>',
  '&',
  '^',
  '!',
  '=',
  '\x1a',
]

const changeDelimiter: Mutation = (text, random) =>
  changeOne(text, /[^\w\s]/g, () => random.pick(delimiters))(random)

const tokens = [
  '__proto__', 'constructor', '&amp;', '&lt;', '&#0;', '&#x10FFFF;', '&#99999999;', '&nbsp', '&a;', '<![CDATA[', ']]>',
  '<!--', '-->', '<!DOCTYPE x [<!ENTITY a "b">]>', '<?xml version="1.0"?>', '<OFX>', '</OFX>', '<STMTTRN>', '</STMTTRN>',
  '<BANKTRANLIST>', '<LEDGERBAL><BALAMT>1', '<TRNAMT>', '<FITID>', '<CURDEF>XXX', '<DTPOSTED>', '<Ntry>', '</Ntry>',
  '<Stmt>', '</Stmt>', '<Bal>', '<Amt Ccy="USD">1.00</Amt>', '<CdtDbtInd>DBIT</CdtDbtInd>', '<Sts>PDNG</Sts>',
  '<RvslInd>true</RvslInd>', '!Type:Bank\n', '!Type:Invst\n', '!Account\nNmine\n^\n', '!Option:AutoSwitch\n',
  '!Option:MDY\n', '!Clear:AutoSwitch\n', '^\n', '^^', 'T', 'S', '$', '\r\n\r\n', '""', '"', '";"', 'sep=;\n',
  'Saldo', 'Date', 'Amount', 'EUR', 'USD', '€', '\u2212', '\u00a0', '\ufeff', '1'.repeat(128), ' '.repeat(300),
] // prettier-ignore

const insertToken: Mutation = (text, random) => {
  const at = random.below(text.length + 1)
  return replaceRange(text, [at, at], asBytes(random.pick(tokens)))
}

const changeLineEnds: Mutation = (text, random) =>
  text.replaceAll(/\r\n|\r|\n/g, random.pick(['\n', '\r\n', '\r', '\n\n', '\r\r\n', '']))

const changeEncoding: Mutation = (text, random) => {
  const bytes = Buffer.from(text, 'latin1')
  return random
    .pick([
      () => Buffer.from(bytes.toString('utf8'), 'utf16le'),
      () => Buffer.from(`\ufeff${bytes.toString('utf8')}`, 'utf16le'),
      () => Buffer.from(bytes.toString('latin1'), 'utf8'),
      () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]),
      () => Buffer.from(bytes.toString('utf8').replaceAll('', '\0'), 'utf8'),
    ])()
    .toString('latin1')
}

const mutations: readonly Mutation[] = [
  flipBit,
  anyByte,
  remove,
  truncate,
  cutHead,
  repeat,
  splice,
  changeLines,
  changeLines,
  changeDigit,
  changeDigit,
  changeNumber,
  changeNumber,
  changeDay,
  changeDelimiter,
  insertToken,
  insertToken,
  changeLineEnds,
  changeEncoding,
]
const longest = 200_000

/** A changed copy of a file: one to six changes, now and then with parts of another file. */
export const mutate = (seed: Uint8Array, random: Random, other: Uint8Array): Uint8Array => {
  let text = Buffer.from(seed).toString('latin1')
  const otherText = Buffer.from(other).toString('latin1')
  for (let count = 1 + random.below(6); count > 0 && text !== ''; count -= 1)
    text = random.pick(mutations)(text, random, otherText).slice(0, longest)
  return Buffer.from(text, 'latin1')
}
