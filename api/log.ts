import type { Logger } from 'pino'
import { pino } from 'pino'
import { fieldOf } from './error-fields.ts'

/** What a secret looks like where text escaped from elsewhere: our keys, bearer values, passwords in addresses, long random runs. */
const secretLooking = [
  /bsk_[a-z]+_\w+/g,
  /(?<=\bbearer\s+)\S+/gi,
  /(?<=:\/\/)[^/\s@]+@/g,
  /(?<=[?&](?:code|state|token)=)[^&\s]+/gi,
  /[\w+/-]{40,}={0,2}/g,
]

const messageMax = 300
const framesMax = 12
const causesMax = 3

const scrubbed = (text: string): string =>
  secretLooking
    .reduce((rest, pattern) => rest.replace(pattern, '[removed]'), text)
    .slice(0, messageMax)

const frames = (stack: string | undefined): string[] =>
  (stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, framesMax)
    .map((line) => line.trim())

/** Only what is named here of an error is logged: an HTTP client's error would carry its headers along. */
export const serializeError = (error: unknown, depth = 0): object => {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = fieldOf(error, 'code')
  return {
    name: error.name,
    message: scrubbed(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    frames: frames(error.stack),
    ...(error.cause !== undefined && depth < causesMax
      ? { cause: serializeError(error.cause, depth + 1) }
      : {}),
  }
}

const linesWaitMs = 50
const waitingBytesMax = 8_192

const openOutput = (): pino.DestinationStream => {
  const output = pino.destination({ dest: 1, sync: true, minLength: waitingBytesMax })
  let timer: NodeJS.Timeout | null = null
  const flush = (): void => {
    timer = null
    output.flush()
  }
  // whatever ends the process, an uncaught error included
  process.once('exit', flush)
  return {
    write(line) {
      output.write(line)
      timer ??= setTimeout(flush, linesWaitMs)
    },
  }
}

let opened: pino.DestinationStream | null = null

/** Lines that come close together are written together: a write of its own costs a request more than making its line. */
const standardOutput = (): pino.DestinationStream => (opened ??= openOutput())

/** Makes the log of one process: JSON lines with ids and outcomes, never a body, a header or an address with parameters. */
export const createLog = (level: string, destination = standardOutput()): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: (error: unknown) => serializeError(error) },
    },
    destination,
  )
