/** Builds and fetches now what the first start or test run would otherwise wait for. */
import { temporalBinary } from './temporal-binary.ts'
import { timeSkippingServer } from './time-skipping-server.ts'

const log = (line: string) => console.log(line)

if ((process.env['TEMPORAL_ADDRESS'] ?? '') === '')
  log(`Temporal server: ${await temporalBinary({ log })}`)
log(`Time-skipping server: ${(await timeSkippingServer({ log })) ?? 'none'}`)
