/** `banksync parse`: what statement files say, without importing them. */
import { once } from 'node:events'
import { dateOrders, decimalSigns } from '../../domain/csv-layout.ts'
import type { FilePart } from '../../statement-files/format.ts'
import { readStatementFile } from '../../statement-files/format.ts'
import { limits } from '../../statement-files/limits.ts'
import type { ParseOptions } from '../../statement-files/output.ts'
import { isImportable, problem } from '../../statement-files/problem.ts'
import { exitCodes, UsageError } from './exit-codes.ts'
import type { FileReport, ReportOptions } from './file-report.ts'
import { openJsonReport } from './json-report.ts'
import { argumentsOf, encodingNamed, languageNamed, oneOf } from './options.ts'
import { readBytes } from './read-bytes.ts'
import { openTextReport } from './text-report.ts'
import { whyUnreadable, words } from './words.ts'

const options = {
  json: { type: 'boolean' },
  lang: { type: 'string' },
  encoding: { type: 'string' },
  'date-order': { type: 'string' },
  'decimal-sign': { type: 'string' },
} as const

const localDay = (at: Date): string =>
  [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-')

type Answers = Partial<Record<'encoding' | 'date-order' | 'decimal-sign', string>>

const answersOf = (values: Answers): ParseOptions => {
  const encoding = encodingNamed(values.encoding)
  const dateOrder = oneOf('date-order', dateOrders, values['date-order'])
  const decimalSign = oneOf('decimal-sign', decimalSigns, values['decimal-sign'])
  return {
    today: localDay(new Date()),
    ...(encoding === undefined ? {} : { encoding }),
    ...(dateOrder === undefined ? {} : { dateOrder }),
    ...(decimalSign === undefined ? {} : { decimalSign }),
  }
}

const write = async (text: string): Promise<void> => {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
}

const isRefusal = (part: FilePart): boolean =>
  (part.kind === 'problem' && !isImportable([part.problem])) ||
  (part.kind === 'statement' && !isImportable(part.summary.problems))

function* partsOf(bytes: Buffer | null, parseOptions: ParseOptions): Generator<FilePart> {
  if (bytes !== null) return yield* readStatementFile(bytes, parseOptions)
  yield {
    kind: 'problem',
    problem: problem('too_large', { what: 'bytes', limit: limits.fileBytes }),
  }
}

interface Job extends ReportOptions {
  report: FileReport
  answers: ParseOptions
}

const tellFile = async ({ file, language, report, answers }: Job): Promise<number> => {
  let bytes: Buffer | null
  try {
    bytes = await readBytes(file, limits.fileBytes)
  } catch (error) {
    await write(report.fail({ code: 'unreadable', message: whyUnreadable(language, error) }))
    return exitCodes.refused
  }
  let code: number = exitCodes.ok
  try {
    for (const part of partsOf(bytes, { ...answers, name: file })) {
      if (isRefusal(part)) code = exitCodes.refused
      await write(report.add(part))
    }
  } catch (error) {
    process.stderr.write(`${file}: ${error instanceof Error ? error.stack : String(error)}\n`)
    await write(report.fail({ code: 'defect', message: words[language].defect }))
    return exitCodes.defect
  }
  await write(report.end())
  return code
}

/** Worst of all: a defect of ours, then a refusal. */
const worst = (codes: readonly number[]): number =>
  [exitCodes.defect, exitCodes.refused].find((code) => codes.includes(code)) ?? exitCodes.ok

/** Reads every named file in turn and returns the exit code. */
export const parse = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = argumentsOf(args, options)
  if (positionals.length === 0) throw new UsageError('Name at least one file.')
  const language = languageNamed(values.lang)
  const answers = answersOf(values)
  const open = values.json ? openJsonReport : openTextReport
  const codes: number[] = []
  for (const file of positionals)
    codes.push(await tellFile({ file, language, answers, report: open({ file, language }) }))
  return worst(codes)
}
