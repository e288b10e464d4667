/** A customer with statement files: everything through the command line, books read back through the feed. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { waitFor } from '../../../scripts/erp.ts'
import { listLines } from '../../../scripts/feed.ts'
import type { Stage } from '../../bad-days/support/stage.ts'
import { runProgram, type Ended } from '../../support/run-program.ts'

export interface Imported {
  id: string
  state: string
  linesAdded: number
  linesRemoved: number
  keptByConnection: number
  keptByImport: number
  preview: {
    totals: { lines: number; alreadyPresent: number; possibleDuplicates: number }
    statements: { verdict: string; problems: { code: string }[] }[]
  }
}

const bin = path.resolve(import.meta.dirname, '../../../scripts/banksync.mjs')

/** Runs the command line as this tenant. */
export const banksync = ({ stack, apiKey }: Stage, ...args: string[]): Promise<Ended> =>
  runProgram([process.execPath, bin, ...args], {
    env: { BANKSYNC_URL: stack.urls.api, BANKSYNC_API_KEY: apiKey },
  })

const parsed = (ended: Ended): Imported => {
  if (ended.stdout === '') throw new Error(`the command said nothing: ${ended.stderr}`)
  const one: Imported = JSON.parse(ended.stdout)
  return one
}

/** Writes a file into the stage's folder and returns its path. */
export const aFile = async ({ dir }: Stage, name: string, text: string): Promise<string> => {
  const file = path.join(dir, name)
  await writeFile(file, text)
  return file
}

/** Imports a file to its end. */
export const imported = async (stage: Stage, file: string, ...args: string[]): Promise<Imported> =>
  parsed(await banksync(stage, 'import', file, '--yes', '--json', ...args))

/** Takes an import back. */
export const reverted = async (stage: Stage, { id }: Imported): Promise<Imported> =>
  parsed(await banksync(stage, 'revert', id, '--json'))

/** An account that only files fill. */
export const accountFor = async ({ erp }: Stage, number: string): Promise<string> =>
  (await erp.call<{ id: string }>('POST', '/v1/accounts', { number, currency: 'EUR' })).id

/** Day and amount of each line in our books, sorted; twins stay two. */
export const booksOf = async ({ erp }: Stage, accountId: string): Promise<string[]> =>
  (await listLines(erp, accountId))
    .map(({ bookedOn, amount }) => `${bookedOn} ${amount}`)
    .toSorted()

/** Uploads and confirms without waiting for the end; returns the id of the import. */
export const beginImport = async (
  { stack, apiKey, erp }: Stage,
  { name, text }: { name: string; text: string },
): Promise<string> => {
  const url = new URL(`/v1/imports?name=${name}`, stack.urls.api)
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/octet-stream' },
    body: text,
  })
  const { id }: { id: string } = JSON.parse(await answer.text())
  await waitFor('the preview', async () => (await importOf({ erp }, id)).state === 'preview')
  await erp.call('POST', `/v1/imports/${id}/confirmations`, {})
  return id
}

/** An import as the API shows it. */
export const importOf = ({ erp }: Pick<Stage, 'erp'>, id: string): Promise<Imported> =>
  erp.call<Imported>('GET', `/v1/imports/${id}`)
