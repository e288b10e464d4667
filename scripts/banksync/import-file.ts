/** `banksync import`: a statement file through the API, with its preview before anything is added. */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Language } from '../../locales/languages.ts'
import { answerOptions, correctionsOf } from './answers.ts'
import { connectionOptions, createApi, placeOf, type Api } from './api.ts'
import { exitCodes, UsageError } from './exit-codes.ts'
import {
  isPreviewed,
  isRefused,
  waitForImport,
  type Import,
  type ImportWithPreview,
  type Preview,
} from './imports.ts'
import { argumentsOf, languageNamed } from './options.ts'
import { previewText } from './preview-text.ts'
import { createProgress, type Progress } from './progress.ts'
import { whyUnreadable, words } from './words.ts'

const options = {
  ...connectionOptions,
  ...answerOptions,
  account: { type: 'string' },
  'dry-run': { type: 'boolean' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
  lang: { type: 'string' },
} as const

interface Job {
  api: Api
  language: Language
  progress: Progress
  file: string
  account: string | undefined
  corrections: Record<string, unknown> | null
  isDryRun: boolean
  isAgreed: boolean
  isJson: boolean
}

const tell = ({ isJson }: Pick<Job, 'isJson'>, text: string): void =>
  void (isJson || process.stdout.write(text))

const upload = async ({ api, file, account, corrections, ...job }: Job): Promise<Import> => {
  const query = new URLSearchParams({
    name: path.basename(file),
    ...(account === undefined ? {} : { account }),
  })
  const said = words[job.language]
  const made = await api.upload<Import>({
    path: `/v1/imports?${query.toString()}`,
    file,
    onSent: (done, total) => job.progress.show(said.upload, done, total),
  })
  if (corrections === null) return made
  return api.call<Import>('PATCH', `/v1/imports/${made.id}`, corrections)
}

const preview = async (job: Job): Promise<ImportWithPreview> => {
  const { id } = await upload(job)
  const one = await waitForImport(job.api, {
    id,
    isOver: isPreviewed,
    onLook: ({ progress: { done, total } }) =>
      job.progress.show(words[job.language].reading, done, total),
  })
  job.progress.end()
  return one
}

const isTerminal = (): boolean => process.stdin.isTTY && process.stdout.isTTY

const agrees = async ({ language, isAgreed }: Job): Promise<boolean> => {
  if (isAgreed || !isTerminal()) return isAgreed
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(`${words[language].confirmAsk} [y/N] `)
  terminal.close()
  return /^[yjo]/i.test(answer.trim())
}

/** Why nothing is imported; null where it may be. */
const refusal = async (job: Job, shown: Preview): Promise<string | null> => {
  const said = words[job.language]
  const { questions, importable } = shown.totals
  if (questions > 0) return ''
  if (importable === 0) return said.nothing
  if (job.isDryRun) return said.dryRun
  if (await agrees(job)) return null
  return isTerminal() ? said.declined : said.confirmHint
}

const confirm = async (job: Job, { id, revision }: Import): Promise<ImportWithPreview> => {
  await job.api.call('POST', `/v1/imports/${id}/confirmations`, { revision })
  const done = await waitForImport(job.api, {
    id,
    isOver: ({ state }) => state === 'imported' || state === 'failed',
    onLook: ({ progress }) =>
      job.progress.show(words[job.language].importing, progress.done, progress.total),
  })
  job.progress.end()
  return done
}

const tellEnd = (job: Job, { id, state, linesAdded, ...one }: ImportWithPreview): void => {
  const said = words[job.language]
  if (state === 'failed') return tell(job, `${said.failed} ${one.failureReference ?? ''}\n`)
  const present = one.preview?.totals.alreadyPresent ?? 0
  tell(
    job,
    `${said.imported}${said.colon} ${linesAdded} ${said.added}, ${present} ${said.present}.\n`,
  )
  tell(job, `${said.takeBack}${said.colon} npm exec banksync -- revert ${id}\n`)
}

/** Leaves nothing behind: the file is uploaded again with the next try. */
const discard = async (job: Job, { id }: Import, why: string): Promise<void> => {
  await job.api.call('DELETE', `/v1/imports/${id}`)
  if (why !== '') (job.isJson ? process.stderr : process.stdout).write(`${why}\n`)
}

const codeOf = ({ state }: Import, shown: Preview, isFine: boolean): number => {
  if (state === 'failed') return exitCodes.defect
  return isFine && !isRefused(shown) ? exitCodes.ok : exitCodes.refused
}

const run = async (job: Job): Promise<number> => {
  const seen = await preview(job)
  const shown = seen.preview
  if (shown === null || seen.state === 'failed') {
    tellEnd(job, seen)
    return exitCodes.defect
  }
  tell(job, previewText(job.language, shown))
  const why = await refusal(job, shown)
  const done = why === null ? await confirm(job, seen) : seen
  if (why === null) tellEnd(job, done)
  else await discard(job, seen, why)
  if (job.isJson) process.stdout.write(`${JSON.stringify(done)}\n`)
  return codeOf(done, shown, why === null || job.isDryRun)
}

/** Imports one file and returns the exit code. */
export const importFile = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = argumentsOf(args, options)
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError('Name one file.')
  const language = languageNamed(values.lang)
  const corrections = correctionsOf(values)
  const api = createApi(placeOf(values), language)
  try {
    await access(file, constants.R_OK)
  } catch (error) {
    process.stderr.write(`${file}: ${whyUnreadable(language, error)}\n`)
    return exitCodes.refused
  }
  return run({
    api,
    language,
    progress: createProgress(process.stderr),
    file,
    account: values.account,
    corrections,
    isDryRun: values['dry-run'] ?? false,
    isAgreed: values.yes ?? false,
    isJson: values.json ?? false,
  })
}
