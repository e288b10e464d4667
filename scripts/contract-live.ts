/**
 * Runs the contract of a provider at the vendor's own sandbox: `npm run contract:live -- plaid`. The keys come from the
 * environment, as for the product. Without them nothing is run, and it says so.
 */
import path from 'node:path'
import type { TestCase } from 'vitest/node'
import { startVitest } from 'vitest/node'
import { createProviders, providerNames } from '../activities/providers/registry.ts'

const root = path.resolve(import.meta.dirname, '..')
/** A person may take their time at the page. */
const caseMaxMs = 900_000

const log = (line: string): void => console.log(line)

/** What keeps the run from beginning: wrong use is an error, missing keys or a missing person are not. */
const obstacle = (name: string): { why: string; isError: boolean } | null => {
  if (!providerNames.includes(name))
    return { why: `Name one provider: ${providerNames.join(', ')}.`, isError: true }
  try {
    const [provider] = createProviders([name], process.env).values()
    if (provider?.sandbox !== true)
      return {
        why: `The keys are those of production. Set ${name.toUpperCase()}_SANDBOX=true.`,
        isError: true,
      }
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error), isError: false }
  }
  if (name === 'plaid' || process.stdin.isTTY) return null
  return {
    why: 'A person must open a page of the provider to link a bank, and this is no terminal.',
    isError: false,
  }
}

const told = (test: TestCase): string => {
  const result = test.result()
  if (result.state === 'passed') return `shown      ${test.fullName}`
  if (result.state === 'skipped')
    return `not shown  ${test.fullName}\n           ${result.note ?? ''}`
  return `FAILED     ${test.fullName}\n           ${result.errors?.[0]?.message ?? ''}`
}

/** Runs the cases and tells of each whether it was shown, or why not. Returns whether none failed. */
const run = async (name: string): Promise<boolean> => {
  process.env['CONTRACT_PROVIDER'] = name
  const vitest = await startVitest('test', [], {
    root,
    config: false,
    watch: false,
    include: ['test/providers/contract/live/suite.ts'],
    pool: 'forks',
    testTimeout: caseMaxMs,
    hookTimeout: caseMaxMs,
    disableConsoleIntercept: true,
    reporters: [{}],
  })
  const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()])
  const errors = [
    ...vitest.state.getUnhandledErrors(),
    ...vitest.state.getTestModules().flatMap((module) => module.errors()),
  ]
  await vitest.close()
  for (const test of tests) log(told(test))
  for (const error of errors) console.error(error)
  const count = (state: string) => tests.filter((test) => test.result().state === state).length
  log(
    `\n${name}: ${count('passed')} shown, ${count('skipped')} cannot be shown here, ${count('failed')} failed.`,
  )
  return tests.length > 0 && count('failed') === 0 && errors.length === 0
}

const [, , name = ''] = process.argv
const found = obstacle(name)
if (found === null) process.exitCode = (await run(name)) ? 0 : 1
else if (found.isError) {
  console.error(found.why)
  process.exitCode = 1
} else log(`!!! SKIPPED: the contract of ${name} at its vendor's sandbox !!!\n${found.why}`)
