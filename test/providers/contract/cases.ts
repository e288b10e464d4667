/** What every provider must do, whatever it is called. Each case has a bank of its own on the sandbox. */
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Json } from '../../sandbox/client.ts'
import type { Arrangement, Case } from './arrangement.ts'
import { describeEnding } from './ending-cases.ts'
import { describeFailing } from './failing-cases.ts'
import { describeLinking } from './linking-cases.ts'
import { describeReading } from './reading-cases.ts'

/** What a case works with. */
export interface Cases {
  /** The provider's side; there once the tests run. */
  readonly at: Arrangement
  /** A case that not every provider can show: where it cannot, the reason is told instead. */
  caseOf: (which: Case, sentence: string, run: () => Promise<void>) => void
  /** Lets a fault strike the next call for lines. */
  failNext: (fault: object) => Promise<Json>
  /** The calendar day of the sandbox's clock. */
  today: () => Promise<string>
}

/** Registers the cases of one provider; `open` starts its sandbox once. */
export const describeContract = (name: string, open: () => Promise<Arrangement>): void => {
  describe(`contract of ${name}`, () => {
    let at: Arrangement
    beforeAll(async () => {
      at = await open()
    })
    afterAll(() => at.stop())

    const cases: Cases = {
      get at() {
        return at
      },
      caseOf(which, sentence, run) {
        test(sentence, async (context) => {
          const why = at.cannot[which]
          if (why !== undefined) {
            console.log(`SKIPPED: ${name}, "${sentence}": ${why}.`)
            context.skip(why)
          }
          await run()
        })
      },
      failNext: (fault) =>
        at.sim('POST', '/__sim/fail-next', { endpoint: at.endpoints.lines, ...fault }),
      today: async () => (await at.sim('GET', '/__sim/clock')).now.slice(0, 10),
    }
    describeLinking(cases)
    describeReading(cases)
    describeFailing(cases)
    describeEnding(cases)
  })
}
