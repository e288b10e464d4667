/** Carries out a fault instead of, or on top of, the right answer. */
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { exactNumber } from './exact-json.ts'
import type { Fault } from './faults.ts'
import type { Answer } from './http.ts'
import { html, json } from './http.ts'

interface Call {
  carryOut: () => Answer
  response: ServerResponse
  /** The provider's own form of an error with the fault's status and code. */
  refusal: (fault: Fault) => { status: number; body: unknown }
}

const scriptedError = (fault: Fault, { refusal }: Call): Answer => {
  const plain = refusal(fault)
  const { body, contentType, headers } = fault
  const answer = json(fault.status ?? plain.status, body ?? plain.body)
  if (typeof body === 'string') answer.body = body
  if (contentType !== null) answer.headers['content-type'] = contentType
  return { ...answer, headers: { ...answer.headers, ...headers } }
}

const cutInHalf = (response: ServerResponse, { status, headers, body }: Answer): void => {
  const bytes = Buffer.from(body)
  response.writeHead(status, { ...headers, 'content-length': bytes.length })
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy())
}

const reset = (response: ServerResponse): void => {
  response.socket?.resetAndDestroy()
}

const elsewhere = (answer: Answer): Answer => ({
  ...answer,
  body: answer.body.replace(/"next":"https?:\/\/[^/"]+/, '"next":"https://elsewhere.example'),
})

/** The right answer in which some members, at any depth, have words that nobody has heard yet. */
const withWords = (answer: Answer, words: unknown): Answer => {
  const said = new Map(Object.entries(typeof words === 'object' && words !== null ? words : {}))
  const value: unknown = JSON.parse(answer.body, (_key, member: unknown, { source }) =>
    typeof member === 'number' ? exactNumber(source ?? String(member)) : member,
  )
  const body = JSON.stringify(value, (key, member: unknown) =>
    typeof member === 'string' && said.has(key) ? said.get(key) : member,
  )
  return { ...answer, body }
}

/** Answers with the fault; null when nothing is left to send. */
export const strike = async (fault: Fault, call: Call): Promise<Answer | null> => {
  if (fault.delayMs > 0) await pause(fault.delayMs, undefined, { ref: false })
  switch (fault.mode) {
    case 'delay':
      return call.carryOut()
    case 'foreignNext':
      return elsewhere(call.carryOut())
    case 'html':
      return html(
        fault.status ?? 200,
        '<!doctype html><title>Maintenance</title><h1>Be back soon</h1>',
      )
    case 'garbage':
      return { ...json(fault.status ?? 200, null), body: '{"data":[{"id":' }
    case 'words':
      return withWords(call.carryOut(), fault.body)
    case 'error':
      return scriptedError(fault, call)
    case 'truncate':
      cutInHalf(call.response, call.carryOut())
      return null
    case 'lost':
      call.carryOut()
      reset(call.response)
      return null
    case 'reset':
      reset(call.response)
      return null
    case 'hang':
      return null
  }
}
