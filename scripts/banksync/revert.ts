/** `banksync revert`: takes back what an import added. */
import { connectionOptions, createApi, placeOf } from './api.ts'
import { exitCodes, UsageError } from './exit-codes.ts'
import { waitForImport, type Import } from './imports.ts'
import { argumentsOf, languageNamed } from './options.ts'
import { createProgress } from './progress.ts'
import { words } from './words.ts'

const options = {
  ...connectionOptions,
  json: { type: 'boolean' },
  lang: { type: 'string' },
} as const

const over = ['reverted', 'discarded', 'failed']

/** Reverts one import and returns the exit code. */
export const revert = async (args: readonly string[]): Promise<number> => {
  const { values, positionals } = argumentsOf(args, options)
  const [id, ...more] = positionals
  if (id === undefined || more.length > 0) throw new UsageError('Name the id of one import.')
  const language = languageNamed(values.lang)
  const said = words[language]
  const api = createApi(placeOf(values), language)
  await api.call<Import>('DELETE', `/v1/imports/${encodeURIComponent(id)}`)
  const progress = createProgress(process.stderr)
  const done = await waitForImport(api, {
    id,
    isOver: ({ state }) => over.includes(state),
    onLook: (one) => progress.show(said.reverting, one.progress.done, one.progress.total),
  })
  progress.end()
  const kept = done.keptByConnection + done.keptByImport
  const told =
    done.state === 'discarded'
      ? said.discarded
      : done.state === 'failed'
        ? `${said.failed} ${done.failureReference ?? ''}`
        : `${said.reverted}${said.colon} ${done.linesRemoved} ${said.removed}${kept === 0 ? '' : `, ${kept} ${said.kept}`}.`
  process.stdout.write(values.json ? `${JSON.stringify(done)}\n` : `${told}\n`)
  return done.state === 'failed' ? exitCodes.defect : exitCodes.ok
}
