/** The statement file of a real account that the demo is to be told on. */
import path from 'node:path'
import { CamtProblem } from '../sandbox/camt053/problem.ts'
import { readCamt053 } from '../sandbox/camt053/statement.ts'
import { readBytes } from './banksync/read-bytes.ts'
import { whyUnreadable } from './banksync/words.ts'

const bytesMax = 64 * 1024 * 1024

/** The bytes of a CAMT.053 file, checked before anything is started for it; throws an `Error` of one sentence otherwise. */
export const readDemoLines = async (file: string): Promise<Buffer> => {
  const refuse = (why: string) => new Error(`${path.basename(file)}: ${why}`)
  const bytes = await readBytes(file, bytesMax).catch((error: unknown) => {
    throw refuse(whyUnreadable('en', error))
  })
  if (bytes === null) throw refuse('The file is larger than 64 MB.')
  try {
    readCamt053(bytes)
  } catch (error) {
    if (error instanceof CamtProblem)
      throw refuse(`This is no CAMT.053 statement file that can be loaded: ${error.message}.`)
    throw error
  }
  return bytes
}
