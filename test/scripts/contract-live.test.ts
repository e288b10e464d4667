import { execFile } from 'node:child_process'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { approve } from '../../scripts/people/person.ts'
import { linkByPerson } from '../providers/contract/live/link.ts'
import { callOptions } from '../providers/support/caller.ts'
import { plaidEnvironment } from '../providers/support/fake-plaid.ts'
import { pontoAt, pontoEnvironment } from '../providers/support/linked-ponto.ts'
import { yodleeAt, yodleeEnvironment } from '../providers/support/linked-yodlee.ts'
import type { Provider } from '../../activities/providers/provider.ts'
import { createProviders } from '../../activities/providers/registry.ts'
import type { Client } from '../sandbox/client.ts'
import { openClient } from '../sandbox/client.ts'

const script = path.resolve(import.meta.dirname, '../../scripts/contract-live.ts')

/** The script in an environment of its own; nobody sits at its terminal. */
const run = (
  name: string,
  environment: Record<string, string>,
): Promise<{ code: number; output: string }> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], ...environment }
    execFile(process.execPath, [script, name], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })

let sandbox: Client
beforeAll(async () => {
  sandbox = await openClient()
})
afterAll(() => sandbox.stop())

test.each([
  ['plaid', 'PLAID_CLIENT_ID'],
  ['ponto', 'PONTO_CLIENT_ID'],
  ['saltedge', 'SALTEDGE_APP_ID'],
  ['yodlee', 'YODLEE_CLIENT_ID'],
])('without keys of %s nothing is run, and the missing ones are named', async (name, key) => {
  const { code, output } = await run(name, {})
  expect(output).toContain('SKIPPED')
  expect(output).toContain(`${key} must be set`)
  expect(code).toBe(0)
})

test('where a person must link and there is no terminal, that is the reason not to run', async () => {
  const { code, output } = await run('ponto', pontoEnvironment(sandbox.pontoUrl))
  expect(output).toMatch(/SKIPPED[^]*no terminal/)
  expect(code).toBe(0)
})

test('keys of production, and names of nobody, are refused', async () => {
  const production = { ...plaidEnvironment('https://production.example'), PLAID_SANDBOX: 'false' }
  const refused = await run('plaid', production)
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.output).toContain('PLAID_SANDBOX=true')
  expect(await run('nobody', {})).toMatchObject({ code: 1 })
})

const happyBankOf = async (provider: Provider): Promise<string> => {
  const { institutions } = await provider.listInstitutions(null, callOptions())
  return institutions.find(({ name }) => name === 'Happy Bank')!.providerInstitutionId
}

/** The environment for Plaid at our own sandbox, which stands in for Plaid's. */
const atSandbox = async (more: Record<string, string> = {}): Promise<Record<string, string>> => {
  const environment = { ...plaidEnvironment(sandbox.urls.plaid), PLAID_COUNTRIES: 'BE,NL,FR' }
  const [provider] = createProviders(['plaid'], environment).values()
  return { ...environment, CONTRACT_INSTITUTION: await happyBankOf(provider!), ...more }
}

test('with keys the cases that can be shown are run, and each other one is named with its reason', async () => {
  const { code, output } = await run('plaid', await atSandbox())
  expect(output).toMatch(/shown {6}.*a page read twice gives the same lines/)
  expect(output).toMatch(/shown {6}.*a bank linked anew shows the same lines/)
  expect(output).toMatch(/shown {6}.*keys that nobody gave out/)
  expect(output).toMatch(/not shown {2}.*a line that the bank takes back[^\n]*\n +only in our own/)
  expect(output).toMatch(/not shown {2}.*after any script of bookings/)
  expect(output).not.toContain('FAILED')
  expect(output).toMatch(/plaid: \d\d shown, \d\d cannot be shown here, 0 failed\./)
  expect(code).toBe(0)
  // what was linked for it is taken back
  const { connections } = await sandbox.sim('GET', '/__sim/plaid/connections')
  expect(connections.length).toBeGreaterThan(0)
  expect(connections.every(({ gone }: { gone: boolean }) => gone)).toBe(true)
})

test('a case that fails makes the run fail', async () => {
  const { code, output } = await run('plaid', await atSandbox({ CONTRACT_INSTITUTION: 'ins_none' }))
  expect(output).toContain('FAILED')
  expect(code).toBe(1)
})

test('a person who is told the address of the page links there and comes back', async () => {
  for (const provider of [
    pontoAt(pontoEnvironment(sandbox.pontoUrl)),
    yodleeAt(yodleeEnvironment(sandbox.urls.yodlee)),
  ]) {
    const institution = await happyBankOf(provider)
    let visited: Promise<unknown> = Promise.resolve()
    const tell = (url: string) => {
      visited = approve({ url, bank: 'Happy Bank' }).then((back) => fetch(back))
    }
    const link = linkByPerson({ port: 0, tell, institution })
    expect((await link(provider)).accounts.length).toBeGreaterThan(0)
    await visited
  }
})
