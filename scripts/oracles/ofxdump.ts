/** Reads what libofx's `ofxdump` prints. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { PeerProgram } from '../statement-peers.ts'
import type { Reading, ReadStatement } from './reading.ts'

const run = promisify(execFile)
const limitMs = 30_000

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Thu Feb  1 04:59:59 2024 UTC` as a day. */
const dayOf = (text: string | undefined): string | null => {
  const [, month = '', day = '', year = ''] =
    /^\w{3} (\w{3}) +(\d{1,2}) [\d:]+ (\d{4})/.exec(text ?? '') ?? []
  const number = months.indexOf(month) + 1
  return number === 0 ? null : `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}`
}

interface Block {
  kind: string
  values: Map<string, string>
}

const blocksOf = (text: string): Block[] =>
  text.split(/^(?=ofx_proc_)/m).flatMap((part) => {
    const [, kind] = /^ofx_proc_(\w+)\(\):/.exec(part) ?? []
    if (kind === undefined) return []
    const values = [...part.matchAll(/^ {4}([^:\n]+?) ?: (.*)$/gm)]
    return [{ kind, values: new Map(values.map(([, name = '', value = '']) => [name, value])) }]
  })

type Building = ReadStatement & { lines: [string | null, string][] }

/** Statements come before their lines, and name their account as the lines do. */
const statementsIn = (text: string): ReadStatement[] => {
  const statements: Building[] = []
  for (const { kind, values } of blocksOf(text)) {
    const account = values.get('Account ID') ?? null
    if (kind === 'statement')
      statements.push({
        account,
        currency: values.get('Default Currency') ?? null,
        closing: values.get('Ledger balance') ?? null,
        lines: [],
      })
    const amount = values.get('Total money amount')
    const mine = statements.findLast((each) => each.account === account) ?? statements.at(-1)
    if (kind === 'transaction' && amount !== undefined)
      mine?.lines.push([dayOf(values.get('Date posted')), amount])
  }
  return statements
}

export const readWithOfxdump = async (program: PeerProgram, file: string): Promise<Reading> => {
  try {
    const { stdout } = await run(program.command, [file], {
      env: { ...process.env, ...program.env },
      timeout: limitMs,
      maxBuffer: 256 * 1024 * 1024,
      encoding: 'latin1',
    })
    const statements = statementsIn(stdout)
    return statements.length === 0 ? { failed: 'nothing read' } : { statements }
  } catch (error) {
    const isKilled = error instanceof Error && 'killed' in error && error.killed === true
    return { failed: isKilled ? 'too long' : 'error' }
  }
}
