/** CAMT.053: bank-to-customer statements of ISO 20022, in every version that banks send. */
import type { OpenParser } from '../output.ts'
import { createEnvelope, withoutStatement } from './document.ts'
import { Reading } from './records.ts'
import { describe } from './statement-tree.ts'
import { createXmlReader } from './xml-reader.ts'

export const openCamt053: OpenParser = (output, { rawLines = 0 }) => {
  let opened: Reading | null = null
  const reader = createXmlReader<Reading>((place) => {
    const reading = new Reading(output, place, rawLines)
    opened = reading
    return {
      state: reading,
      ...createEnvelope(reading),
      refuse(told) {
        // what was read of the statement that is open is shown, never imported
        if (reading.statementCount > 0) describe(reading.statement)
        output.refuse(told)
      },
    }
  })
  return {
    write: reader.write.bind(reader),
    end() {
      reader.end()
      if (!output.isRefused() && opened?.statementCount === 0) output.refuse(withoutStatement())
    },
  }
}
