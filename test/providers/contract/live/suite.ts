/** The contract at a vendor's own sandbox; started by `npm run contract:live`, never with the other tests. */
import { beforeEach, type TestContext } from 'vitest'
import { describeContract } from '../cases.ts'
import { openLive } from './arrangement.ts'

const name = process.env['CONTRACT_PROVIDER'] ?? ''
let running: TestContext | null = null

beforeEach((context) => {
  running = context
})

const skip = (why: string): never => {
  running?.skip(why)
  throw new Error(why)
}

describeContract(name, () => Promise.resolve(openLive(name, process.env, skip)))
