/** The same cases for every provider of the registry; each has a file of its own here. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { providerNames } from '../../../activities/providers/registry.ts'

test.each(providerNames)('%s is held to the contract', (name) => {
  const cases = readFileSync(new URL(`${name}.test.ts`, import.meta.url), 'utf8')
  expect(cases).toContain(`describeContract('${name}', `)
})
