/** The door of the folder: bytes of a statement file in, statements and problems out. Never throws for bad input. */
import { openCamt053 } from './camt053/parser.ts'
import { openCoda } from './coda/parser.ts'
import { openCsv } from './csv/parser.ts'
import { decode, decodingOf, type Decoding } from './decode.ts'
import { binaryKind, detectFormat, type Format } from './detect.ts'
import { limits } from './limits.ts'
import { openOfx } from './ofx/parser.ts'
import type { OpenParser, ParseOptions } from './output.ts'
import { problem } from './problem.ts'
import { openQif } from './qif/parser.ts'
import { createReport, type Part, type Report } from './report.ts'

const parsers: Readonly<Record<Format, OpenParser>> = {
  csv: openCsv,
  ofx: openOfx,
  qif: openQif,
  camt053: openCamt053,
  coda: openCoda,
}

export type FilePart = Part | { kind: 'recognised'; format: Format; encoding: string }

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
  else if (kind !== null) report.output.refuse(problem('not_a_statement', { what: kind }))
  else yield* readText(bytes, { report, options })
  yield* report.take()
}

interface Reading {
  report: Report
  options: ParseOptions
}

function* readText(bytes: Uint8Array, { report, options }: Reading): Generator<FilePart> {
  const decoding = decodingOf(bytes, options.encoding)
  const format = detectFormat(headOf(bytes, decoding))
  if (typeof format !== 'string') return report.output.refuse(format)
  yield { kind: 'recognised', format, encoding: decoding.encoding }
  const parser = parsers[format](report.output, options)
  if (parser.rewind !== undefined) {
    for (const text of decode(bytes, decoding)) {
      if (report.output.isRefused()) break
      parser.write(text)
    }
    parser.rewind()
    yield* report.take()
  }
  for (const text of decode(bytes, decoding)) {
    if (report.output.isRefused()) break
    parser.write(text)
    yield* report.take()
  }
  if (!report.output.isRefused()) parser.end()
  report.finish()
}

/** Text from the first character that is not blank. */
const headOf = (bytes: Uint8Array, decoding: Decoding): string => {
  for (const text of decode(bytes, decoding)) {
    const head = text.trimStart()
    if (head !== '') return head
  }
  return ''
}
