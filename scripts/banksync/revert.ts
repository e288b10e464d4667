/** `banksync revert`: takes back what an import added. */
import { isUuid } from '../../domain/ids.ts'
import { isImportOver } from '../../domain/statement-import.ts'
import { connectionOptions, createApi, placeOf } from './api.ts'
import { endText } from './end-text.ts'
import { exitCodes, UsageError } from './exit-codes.ts'
import type { Import } from './imports.ts'
import { argumentsOf, languageNamed } from './options.ts'
import { createProgress } from './progress.ts'
import { waitForImport } from './wait-for-import.ts'
import { words } from './words.ts'

const options = {
  ...connectionOptions,
  json: { type: 'boolean' },
  lang: { type: 'string' },
} as const

const hasEnded = ({ state, failureReference }: Import, earlierReference: string | null): boolean =>
  state === 'failed'
    ? failureReference !== earlierReference
    : isImportOver(state) && state !== 'imported'

/** Reverts one import and returns the exit code. */
export const revert = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = argumentsOf(args, options)
  const [id, ...more] = positionals
  if (!isUuid(id) || more.length > 0)
    throw new UsageError('Name the id of one import; banksync import told it.')
  const language = languageNamed(values.lang)
  const api = createApi(placeOf(values), language)
  // a failed import stays so for a moment, and this tells it from one that fails now
  const { failureReference } = await api.call<Import>('GET', `/v1/imports/${id}`)
  await api.call<Import>('DELETE', `/v1/imports/${id}`)
  const progress = createProgress(process.stderr)
  const done = await waitForImport(api, {
    id,
    isOver: (one) => hasEnded(one, failureReference),
    onLook: (one) =>
      progress.show(words[language].reverting, one.progress.done, one.progress.total),
  }).finally(progress.end)
  process.stdout.write(`${values.json ? JSON.stringify(done) : endText(language, done)}\n`)
  return done.state === 'failed' ? exitCodes.defect : exitCodes.ok
}
