/** A process that reads one statement file a few times, by our reader or by a bare tokenizer, and prints how long the best run took. */
import { readFileSync } from 'node:fs'
import { decode } from '../statement-files/decode.ts'
import { readStatementFile } from '../statement-files/format.ts'
import { isImportable } from '../statement-files/problem.ts'

export interface StatementReading {
  seconds: number
  /** Movements that were found. */
  lines: number
  /** Time that the processors worked in the best run, whoever else they worked for; absent for peers. */
  cpuSeconds?: number
  /** Most memory that the process ever held; absent for peers. */
  rssMb?: number
}

export type Way = 'ours' | 'papaparse' | 'papaparse-mapped' | 'saxes'

const today = '2026-01-02'

const ours = (bytes: Uint8Array): number => {
  let lines = 0
  for (const part of readStatementFile(bytes, { today })) {
    if (part.kind === 'lines') lines += part.lines.length
    const problems =
      part.kind === 'problem'
        ? [part.problem]
        : part.kind === 'statement'
          ? part.summary.problems
          : []
    const error = problems.find((each) => !isImportable([each]))
    if (error !== undefined)
      throw new Error(
        `${error.code} ${JSON.stringify(error.params)} ${JSON.stringify(error.position)}`,
      )
  }
  return lines
}

const textOf = (bytes: Uint8Array) => decode(bytes, { encoding: 'utf-8', skip: 0 })

// tokenizers are loaded where they are measured only: their memory is not ours
const papaparse = async (bytes: Uint8Array): Promise<number> => {
  const { default: Papa } = await import('papaparse')
  let rows = 0
  Papa.parse([...textOf(bytes)].join(''), {
    skipEmptyLines: true,
    step: () => {
      rows += 1
    },
  })
  // the header is a row for it
  return rows - 1
}

/** What a program does with the rows of one bank whose columns, dates and signs somebody told it. */
const mapped = (cells: readonly string[]) => {
  const [bookedOn = '', text, amount = '', currency, balance = '', valueOn = ''] = cells
  const [, , , , , , account, counterpartyAccount, counterparty, bic, bankReference, memo] = cells
  for (const day of [bookedOn, valueOn])
    if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new Error(`"${day}" is no day`)
  for (const decimal of [amount, balance])
    if (!/^-?\d+\.\d\d$/.test(decimal)) throw new Error(`"${decimal}" is no amount`)
  // prettier-ignore
  return { bookedOn, valueOn, amount, currency, balance, text, memo, account, counterparty, counterpartyAccount, bic, bankReference }
}

const papaparseMapped = async (bytes: Uint8Array): Promise<number> => {
  const { default: Papa } = await import('papaparse')
  let lines = 0
  let last: ReturnType<typeof mapped> | undefined
  Papa.parse<string[]>([...textOf(bytes)].join(''), {
    delimiter: ',',
    skipEmptyLines: true,
    step: ({ data }) => {
      if (data[0] === 'Date') return
      last = mapped(data)
      lines += 1
    },
  })
  if (last === undefined) throw new Error('the file has no rows')
  return lines
}

const saxes = async (bytes: Uint8Array): Promise<number> => {
  const { SaxesParser } = await import('saxes')
  let entries = 0
  let length = 0
  const parser = new SaxesParser()
  parser.on('opentag', ({ name }) => {
    if (name.endsWith('Ntry')) entries += 1
  })
  parser.on('text', (piece) => {
    length += piece.length
  })
  for (const piece of textOf(bytes)) parser.write(piece)
  parser.close()
  if (length === 0) throw new Error('the file has no text')
  return entries
}

const ways: Record<Way, (bytes: Uint8Array) => number | Promise<number>> = {
  ours,
  papaparse,
  'papaparse-mapped': papaparseMapped,
  saxes,
}

const isWay = (word: string): word is Way => Object.hasOwn(ways, word)

const main = async ([
  way = '',
  file = '',
  runs = '1',
]: readonly string[]): Promise<StatementReading> => {
  if (!isWay(way))
    throw new Error(`There is no way "${way}"; there are: ${Object.keys(ways).join(', ')}.`)
  const bytes = readFileSync(file)
  let seconds = Infinity
  let cpuSeconds = Infinity
  let lines = 0
  for (let run = 0; run < Number(runs); run += 1) {
    const startedAt = performance.now()
    const cpuBefore = process.cpuUsage()
    lines = await ways[way](bytes)
    seconds = Math.min(seconds, (performance.now() - startedAt) / 1_000)
    const { user, system } = process.cpuUsage(cpuBefore)
    cpuSeconds = Math.min(cpuSeconds, (user + system) / 1_000_000)
  }
  // the system counts in kB
  return { seconds, cpuSeconds, lines, rssMb: process.resourceUsage().maxRSS / 1_024 }
}

console.log(JSON.stringify(await main(process.argv.slice(2))))
