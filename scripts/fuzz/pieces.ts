/** Reads text through a parser in pieces of any cut: what it says must not depend on them. */
import type { Format } from '../../statement-files/detect.ts'
import { parsers } from '../../statement-files/format.ts'
import type { Output } from '../../statement-files/output.ts'
import { createReport, type Part } from '../../statement-files/report.ts'

export interface Cutting {
  format: Format
  today: string
  /** Length of the next piece, at least 1. */
  nextLength: () => number
}

function* piecesOf(text: string, { nextLength }: Cutting): Generator<string> {
  for (let from = 0; from < text.length;) {
    const length = Math.max(1, nextLength())
    yield text.slice(from, from + length)
    from += length
  }
}

/** How many lines travel in one part depends on the pieces, and only that may. */
const joined = (parts: readonly Part[]): Part[] => {
  const all: Part[] = []
  for (const part of parts) {
    const last = all.at(-1)
    if (part.kind === 'lines' && last?.kind === 'lines' && last.statement === part.statement)
      all[all.length - 1] = { ...last, lines: [...last.lines, ...part.lines] }
    else all.push(part)
  }
  return all
}

const writeAll = (
  text: string,
  cutting: Cutting,
  reading: { output: Output; write: (text: string) => void },
) => {
  for (const piece of piecesOf(text, cutting)) {
    if (reading.output.isRefused()) return
    reading.write(piece)
  }
}

/** Everything that a parser says of a text that arrives in the given pieces, as JSON. */
export const saidInPieces = (text: string, cutting: Cutting): string => {
  const report = createReport()
  const { output } = report
  const parser = parsers[cutting.format](output, { today: cutting.today, rawLines: 2 })
  const write = (piece: string) => parser.write(piece)
  if (parser.rewind !== undefined) {
    writeAll(text, cutting, { output, write })
    parser.rewind()
  }
  writeAll(text, cutting, { output, write })
  if (!output.isRefused()) parser.end()
  report.finish()
  return JSON.stringify(joined(report.take()))
}
