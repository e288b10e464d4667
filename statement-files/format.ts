/** The door of the folder: bytes of a statement file in, statements and problems out. Never throws for bad input. */
import { isUtf8 } from 'node:buffer'
import { readArchive, type ArchivedFile } from './archive.ts'
import { outputOfMember } from './archived-output.ts'
import { openCamt053 } from './camt053/parser.ts'
import { openCoda } from './coda/parser.ts'
import { openCsv } from './csv/parser.ts'
import { decode, decodingOf, encodingDoubt, type Decoding } from './decode.ts'
import { binaryKind, detectFormat, type Format } from './detect.ts'
import { limits } from './limits.ts'
import { openOfx } from './ofx/parser.ts'
import type { OpenParser, Output, ParseOptions } from './output.ts'
import { asWarning, problem, type Problem } from './problem.ts'
import { openQif } from './qif/parser.ts'
import { createReport, type Part, type Report } from './report.ts'

/** What opens the reader of each format. */
export const parsers: Readonly<Record<Format, OpenParser>> = {
  csv: openCsv,
  ofx: openOfx,
  qif: openQif,
  camt053: openCamt053,
  coda: openCoda,
}

export type FilePart =
  | Part
  /** Once for a file; of an archive also where its files turn out to be of several formats. */
  | { kind: 'recognised'; format: Format | 'mixed'; encoding: string }
  /** Nothing new: a piece was looked at, and whoever reads may do something else in between. */
  | { kind: 'looked' }

/**
 * Reads a file and gives what it says part by part, so that a file of 50 MB needs little more memory than itself.
 * Problems are parts like any other; it throws only for a defect of ours.
 */
export function* readStatementFile(
  bytes: Uint8Array,
  options: ParseOptions,
): Generator<FilePart, void, undefined> {
  const report = createReport()
  const kind = binaryKind(bytes)
  if (bytes.length > limits.fileBytes)
    report.output.refuse(problem('too_large', { what: 'bytes', limit: limits.fileBytes }))
  else if (kind === 'zip') yield* readFiles(bytes, { report, options })
  else if (kind !== null) report.output.refuse(problem('not_a_statement', { what: kind }))
  else yield* readText(bytes, { report, options })
  yield* report.take()
}

interface Reading {
  report: Report
  options: ParseOptions
}

function* readText(bytes: Uint8Array, reading: Reading): Generator<FilePart> {
  const text = recognised(bytes, reading.options)
  if ('code' in text) return reading.report.output.refuse(text)
  yield { kind: 'recognised', format: text.format, encoding: text.decoding.encoding }
  yield* parseText(text, reading, reading.report.output)
}

interface Text {
  bytes: Uint8Array
  decoding: Decoding
  format: Format
}

const recognised = (bytes: Uint8Array, options: ParseOptions): Text | Problem => {
  const decoding = decodingOf(bytes, options.encoding)
  const format = detectFormat(headOf(bytes, decoding))
  return typeof format === 'string' ? { bytes, decoding, format } : format
}

function* parseText(text: Text, { report, options }: Reading, output: Output): Generator<FilePart> {
  const { bytes, decoding, format } = text
  const doubt = encodingDoubt(decoding)
  if (doubt !== null) output.problem(doubt)
  const parser = parsers[format](output, options)
  if (parser.rewind !== undefined) {
    for (const piece of decode(bytes, decoding)) {
      if (output.isRefused() || parser.hasSeenEnough?.() === true) break
      parser.write(piece)
      yield { kind: 'looked' }
    }
    parser.rewind()
    yield* report.take()
  }
  for (const piece of decode(bytes, decoding)) {
    if (output.isRefused()) break
    parser.write(piece)
    yield* report.take()
  }
  if (!output.isRefused()) parser.end()
  report.finish()
}

/** A file of an archive is asked for its name as well: a text beside the statements would pass as CSV. */
const recognisedIn = (file: ArchivedFile, options: ParseOptions): Text | Problem => {
  const kind = binaryKind(file.content)
  if (kind !== null)
    return problem('not_a_statement', { what: kind === 'zip' ? 'inner_zip' : kind })
  const { encoding, ...others } = options
  // an answer for one file of an archive must not spoil another that needs none
  const isPlain = encoding === undefined || isUtf8(file.content)
  const text = recognised(file.content, isPlain ? others : options)
  const isOther = 'format' in text && text.format === 'csv' && !/\.(?:csv|tsv)$/i.test(file.name)
  return isOther ? problem('not_a_statement') : text
}

/** The statements of all files of an archive follow each other; what is none of ours is told, unless nothing else is there. */
function* readFiles(bytes: Uint8Array, reading: Reading): Generator<FilePart> {
  const { report, options } = reading
  const others: Problem[] = []
  const formats = new Set<Format>()
  let encoding: string | null = null
  for (const file of readArchive(bytes)) {
    if ('code' in file) return report.output.refuse(file)
    const text = recognisedIn(file, options)
    if ('code' in text) {
      others.push({ ...text, position: { file: file.name } })
      continue
    }
    const { format, decoding } = text
    encoding ??= decoding.encoding
    const { size } = formats.add(format)
    yield { kind: 'recognised', format: size > 1 ? 'mixed' : format, encoding }
    yield* parseText(text, reading, outputOfMember(report.output, { file: file.name, format }))
    if (report.output.isRefused()) return
  }
  const [first = problem('not_a_statement', { what: 'zip' })] = others
  if (formats.size === 0) report.output.refuse(first)
  else for (const other of others) report.output.problem(asWarning(other))
}

/** Text from the first character that is not blank. */
const headOf = (bytes: Uint8Array, decoding: Decoding): string => {
  for (const text of decode(bytes, decoding)) {
    const head = text.trimStart()
    if (head !== '') return head
  }
  return ''
}
