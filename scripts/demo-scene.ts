/** The stage of the demo: a stack of its own on free ports, an ERP with a key, and the bank's own view to compare with. */
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { connectTemporal } from '../temporal.ts'
import { readConfig } from '../config.ts'
import { connectionId, connectionWorkflowId } from '../domain/ids.ts'
import { allowShortIntervals, bootstrapTenant } from './bootstrap.ts'
import type { Erp } from './erp.ts'
import { createErp } from './erp.ts'
import type { Stack } from './stack.ts'
import { startStack } from './stack.ts'

interface Truth {
  balance: string
  lines: { amount: string }[]
}

export interface Scene {
  erp: Erp
  bank: { name: string }
  tell: (line: string) => void
  /** Compares and tells; throws where they differ. */
  expect: (what: string, actual: unknown, expected: unknown) => void
  checks: () => number
  /** What the bank itself has booked, read behind the product's back. */
  truthOf: (account: { number: string | null }) => Promise<Truth>
  bookLine: (
    account: { number: string | null },
    line: { amount: string; text: string },
  ) => Promise<void>
  revokeConsent: (account: { number: string | null }) => Promise<void>
  workflowRunId: (connection: string) => Promise<string>
  close: () => Promise<void>
}

const defaultBank = 'Happy Bank'

const control = async <Answer>(
  { urls }: Stack,
  { method, route, body }: { method: string; route: string; body?: unknown },
): Promise<Answer> => {
  const answer = await fetch(new URL(route, urls.sandboxControl), {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  })
  const text = await answer.text()
  if (!answer.ok)
    throw new Error(
      `the sandbox refused ${method} ${route} (${answer.status}): ${text.slice(0, 500)}`,
    )
  const parsed: Answer = JSON.parse(text)
  return parsed
}

const temporalOf = ({ env }: Stack) => connectTemporal(readConfig({ ...process.env, ...env }))

const importBank = async (stack: Stack, xml: Buffer): Promise<{ name: string }> => {
  const route = '/__sim/lines/import?format=camt053'
  const answer = await fetch(new URL(route, stack.urls.sandboxControl), {
    method: 'POST',
    headers: { 'content-type': 'application/xml' },
    body: xml,
    signal: AbortSignal.timeout(120_000),
  })
  const text = await answer.text()
  if (!answer.ok)
    throw new Error(`The file cannot be loaded into the sandbox bank: ${text.slice(0, 500)}`)
  const { bank }: { bank: { name: string } } = JSON.parse(text)
  // a bank that opened just now is in the catalogue tomorrow; an operator does not wait for that
  await temporalOf(stack).schedule.getHandle('institution-catalogue/ponto').trigger()
  return bank
}

const createExpect = (tell: (line: string) => void) => {
  let passed = 0
  return {
    checks: () => passed,
    expect(what: string, actual: unknown, expected: unknown): void {
      if (actual !== expected)
        throw new Error(
          `${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`,
        )
      passed += 1
      tell(`   ✓ ${what}${typeof expected === 'boolean' ? '' : `: ${String(expected)}`}`)
    },
  }
}

/** Starts a stack in a folder of its own and gives the ERP its key; `lines` are a CAMT.053 file, loaded as a bank. */
export const openScene = async (
  lines: Buffer | null,
  tell: (line: string) => void,
): Promise<Scene> => {
  tell('Starting PostgreSQL, Temporal, the sandbox bank, worker and API …')
  const dir = await mkdtemp(path.join(tmpdir(), 'banksync-demo-'))
  // however we end
  process.once('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }))
  const stack = await startStack({ dir, ports: 'random', log: tell })
  try {
    const databaseUrl = stack.env['DATABASE_URL'] ?? ''
    await allowShortIntervals(databaseUrl, 'ponto')
    const { apiKey } = await bootstrapTenant(databaseUrl, 'Demo BV')
    const bank = lines === null ? { name: defaultBank } : await importBank(stack, lines)
    return {
      ...createExpect(tell),
      ...behindTheScene(stack),
      erp: createErp(stack.urls.api, apiKey),
      bank,
      tell,
      close: () => stack.stopAll(),
    }
  } catch (error) {
    await stack.stopAll()
    throw error
  }
}

const behindTheScene = (stack: Stack) => {
  const temporal = temporalOf(stack)
  return {
    truthOf: ({ number }: { number: string | null }) =>
      control<Truth>(stack, { method: 'GET', route: `/__sim/truth?account=${number ?? ''}` }),
    bookLine: async (
      { number }: { number: string | null },
      line: { amount: string; text: string },
    ) => {
      const body = { account: number, lines: [line] }
      await control(stack, { method: 'POST', route: '/__sim/lines', body })
    },
    revokeConsent: async ({ number }: { number: string | null }) => {
      const body = { account: number, what: 'consent' }
      await control(stack, { method: 'POST', route: '/__sim/drop', body })
    },
    async workflowRunId(id: string): Promise<string> {
      const handle = temporal.workflow.getHandle(connectionWorkflowId(connectionId(id)))
      const { raw } = await handle.describe()
      // the first run of the chain: continue-as-new keeps it, a new start would not
      return raw.workflowExecutionInfo?.firstRunId ?? ''
    },
  }
}
