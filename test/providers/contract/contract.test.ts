/** The same cases for every provider of the registry. */
import { expect, test } from 'vitest'
import { providerNames } from '../../../activities/providers/registry.ts'
import { describeContract } from './cases.ts'
import { openPlaid } from './plaid.ts'
import { openPonto } from './ponto.ts'
import { openSaltEdge } from './saltedge.ts'
import { openYodlee } from './yodlee.ts'

const arrangements = {
  ponto: openPonto,
  plaid: openPlaid,
  yodlee: openYodlee,
  saltedge: openSaltEdge,
}

test('every provider of the registry is held to the contract', () => {
  expect(Object.keys(arrangements).toSorted()).toEqual([...providerNames].toSorted())
})

for (const [name, open] of Object.entries(arrangements)) describeContract(name, open)
