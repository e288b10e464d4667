/** The steps of `banksync import`: upload, preview, agreement, import. */
import path from 'node:path'
import { createInterface } from 'node:readline/promises'
import { isImportOver } from '../../domain/statement-import.ts'
import type { Language } from '../../locales/languages.ts'
import { ApiProblem } from '../erp.ts'
import { Unavailable, type Api } from './api.ts'
import { endText, takeBackText } from './end-text.ts'
import { exitCodes, Interrupted } from './exit-codes.ts'
import {
  isPreviewed,
  isRefused,
  type Import,
  type ImportWithPreview,
  type Preview,
} from './imports.ts'
import { previewText } from './preview-text.ts'
import type { Progress } from './progress.ts'
import { waitForImport, type Waiting } from './wait-for-import.ts'
import { words } from './words.ts'

const triesMax = 5

export interface Job {
  api: Api
  language: Language
  progress: Progress
  file: string
  account: string | undefined
  corrections: Record<string, unknown> | null
  isDryRun: boolean
  isAgreed: boolean
  isJson: boolean
  /** A person pressed Ctrl-C. */
  interrupted: AbortSignal
}

const upload = ({ api, file, account, interrupted, ...job }: Job): Promise<Import> => {
  const query = new URLSearchParams({
    name: path.basename(file),
    ...(account === undefined ? {} : { account }),
  })
  return api.upload<Import>({
    path: `/v1/imports?${query.toString()}`,
    file,
    onSent: (done, total) => job.progress.show(words[job.language].upload, done, total),
    signal: interrupted,
  })
}

const follow = async (
  job: Job,
  { id, isOver, doing }: Pick<Waiting, 'id' | 'isOver'> & { doing: string },
): Promise<ImportWithPreview> => {
  try {
    return await waitForImport(job.api, {
      id,
      isOver,
      onLook: ({ progress: { done, total } }) => job.progress.show(doing, done, total),
      signal: job.interrupted,
    })
  } finally {
    job.progress.end()
  }
}

const isTerminal = (): boolean => process.stdin.isTTY && process.stdout.isTTY

const agrees = async ({ language, isAgreed, interrupted: signal }: Job): Promise<boolean> => {
  if (isAgreed || !isTerminal()) return isAgreed
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  // while it asks, the terminal hears Ctrl-C instead of the process
  terminal.once('SIGINT', () => process.emit('SIGINT'))
  try {
    const answer = await terminal.question(`${words[language].confirmAsk} [y/N] `, { signal })
    return /^[yjo]/i.test(answer.trim())
  } catch (error) {
    if (signal.aborted) throw error
    // the input has ended, as with Ctrl-D
    process.stdout.write('\n')
    return false
  } finally {
    terminal.close()
  }
}

/** Why nothing is imported; null where it may be. */
const refusal = async (job: Job, { questions, importable }: Preview['totals']) => {
  const said = words[job.language]
  if (questions > 0) return said.unanswered
  if (importable === 0) return said.nothing
  if (job.isDryRun) return said.dryRun
  if (await agrees(job)) return null
  return isTerminal() ? said.declined : said.confirmHint
}

interface Looked {
  seen: ImportWithPreview
  /** Null where nothing keeps the lines from being added. */
  why: string | null
}

const look = async (job: Job, { id }: Import): Promise<Looked> => {
  if (job.corrections !== null) await job.api.call('PATCH', `/v1/imports/${id}`, job.corrections)
  const doing = words[job.language].reading
  const seen = await follow(job, { id, isOver: isPreviewed, doing })
  if (seen.preview === null || isImportOver(seen.state)) return { seen, why: null }
  if (!job.isJson) process.stdout.write(previewText(job.language, seen.preview))
  return { seen, why: await refusal(job, seen.preview.totals) }
}

const isOver = ({ state }: Import): boolean => isImportOver(state)

const isReadAgain = (error: unknown): boolean =>
  error instanceof ApiProblem && error.problem.why === 'not_ready'

/** A correction that crossed the first reading has the file read once more, after its preview was seen. */
const sendConfirmation = async (job: Job, { id, revision }: Import): Promise<void> => {
  const doing = words[job.language].reading
  for (let tries = 1; ; tries += 1)
    try {
      await job.api.call('POST', `/v1/imports/${id}/confirmations`, { revision })
      return
    } catch (error) {
      if (!isReadAgain(error) || tries === triesMax) throw error
      await follow(job, { id, isOver: isPreviewed, doing })
    }
}

const confirm = async (job: Job, seen: Import): Promise<ImportWithPreview> => {
  const { id } = seen
  const said = words[job.language]
  try {
    await sendConfirmation(job, seen)
    return await follow(job, { id, isOver, doing: said.importing })
  } catch (error) {
    // from here on the import may come to its end without us, so its id must not be lost
    const more = `\n${takeBackText(job.language, id)}`
    if (job.interrupted.aborted) throw new Interrupted(said.goesOn + more, { cause: error })
    if (error instanceof Unavailable) throw new Unavailable(error.message + more, { cause: error })
    throw error
  }
}

const discard = ({ api }: Job, { id }: Import): Promise<unknown> =>
  api.call('DELETE', `/v1/imports/${id}`)

/** Leaves no preview behind: the file is uploaded again with the next try. */
const end = async (job: Job, { seen, why }: Looked): Promise<ImportWithPreview> => {
  if (isOver(seen)) return seen
  if (why === null) return confirm(job, seen)
  await discard(job, seen)
  return waitForImport(job.api, { id: seen.id, isOver })
}

const codeOf = ({ isDryRun }: Job, { seen, why }: Looked, { state }: Import): number => {
  if (state === 'failed') return exitCodes.defect
  const isFine = why === null ? state === 'imported' : isDryRun
  const isGood = isFine && seen.preview !== null && !isRefused(seen.preview)
  return isGood ? exitCodes.ok : exitCodes.refused
}

/** Takes a file through its steps and returns the exit code. */
export const runImport = async (job: Job): Promise<number> => {
  const made = await upload(job)
  const looked = await look(job, made).catch(async (error: unknown) => {
    if (!(error instanceof Unavailable)) await discard(job, made).catch(() => undefined)
    throw error
  })
  const done = await end(job, looked)
  const told = `${looked.why ?? endText(job.language, done)}\n`
  if (!job.isJson) process.stdout.write(told)
  else process.stdout.write(`${JSON.stringify(done)}\n`)
  if (job.isJson && looked.why !== null) process.stderr.write(told)
  return codeOf(job, looked, done)
}
