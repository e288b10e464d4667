/** `banksync import`: a statement file through the API, with its preview before anything is added. */
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import type { Language } from '../../locales/languages.ts'
import { renderFileProblem } from '../../locales/render.ts'
import { answerOptions, correctionsOf } from './answers.ts'
import { connectionOptions, createApi, placeOf } from './api.ts'
import { exitCodes, Interrupted, UsageError } from './exit-codes.ts'
import { argumentsOf, languageNamed } from './options.ts'
import { createProgress } from './progress.ts'
import { runImport } from './run-import.ts'
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

/** Why a file cannot be sent; null where it can. */
const obstacleOf = async (file: string, language: Language): Promise<string | null> => {
  try {
    await access(file, constants.R_OK)
    const found = await stat(file)
    if (found.isDirectory()) return words[language].folder
    return found.isFile() && found.size === 0 ? renderFileProblem(language, 'file_empty') : null
  } catch (error) {
    return whyUnreadable(language, error)
  }
}

const onInterrupt = (): AbortSignal => {
  const interrupt = new AbortController()
  // the second one ends the process as usual
  process.once('SIGINT', () => interrupt.abort())
  return interrupt.signal
}

/** Imports one file and returns the exit code. */
export const importFile = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = argumentsOf(args, options)
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new UsageError('Name one file.')
  const language = languageNamed(values.lang)
  const corrections = correctionsOf(values)
  const api = createApi(placeOf(values), language)
  const obstacle = await obstacleOf(file, language)
  if (obstacle !== null) {
    process.stderr.write(`${file}: ${obstacle}\n`)
    return exitCodes.refused
  }
  const interrupted = onInterrupt()
  return runImport({
    api,
    language,
    progress: createProgress(process.stderr),
    file,
    account: values.account,
    corrections,
    isDryRun: values['dry-run'] ?? false,
    isAgreed: values.yes ?? false,
    isJson: values.json ?? false,
    interrupted,
  }).catch((error: unknown) => {
    if (error instanceof Interrupted || !interrupted.aborted) throw error
    throw new Interrupted(words[language].interrupted, { cause: error })
  })
}
