import type { PayloadConverter } from '@temporalio/workflow'
import { defaultPayloadConverter } from '@temporalio/workflow'

const nothing = defaultPayloadConverter.toPayload(undefined)

/**
 * Reads payloads as usual, but what cannot be read is undefined: anybody with the ordinary command line may send a
 * signal, and one that throws here would stop its workflow for ever. Every message is checked by hand anyway.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload: (payload) => {
    try {
      return defaultPayloadConverter.fromPayload(payload)
    } catch {
      return defaultPayloadConverter.fromPayload(nothing)
    }
  },
}
