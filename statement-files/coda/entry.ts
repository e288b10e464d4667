/** Puts together what the records of an entry say. */
import { limits } from '../limits.ts'
import { belgianReferenceIn } from '../structured-reference.ts'
import { counterpartyAccount } from './account.ts'
import { addReturn, readStructured, useReference } from './communication.ts'
import { cut, movement, second, third } from './layout.ts'
import { wordAt } from './reading.ts'
import type { Entry, Reading, Said, Telling } from './said.ts'
import { addText, continued } from './said.ts'

const bicShape = /^[A-Z0-9]{8}(?:[A-Z0-9]{3})?$/
/** No reference that check digits prove is longer, blanks and marks included. */
const longestReference = 35

const communicationOf = (entry: Entry): string => {
  let text = cut(entry.record.text, movement.communication)
  if (entry.second !== undefined) text += cut(entry.second, second.communication)
  if (entry.third !== undefined) text += cut(entry.third, third.communication)
  return text
}

const readFree = ({ said, texts }: Telling, communication: string): void => {
  const text = communication.trim()
  if (text === '') return
  texts.push(text)
  if (text.length <= longestReference) useReference(said, text)
}

/** Free texts of records that follow one another are one text, cut wherever a record was full. */
const readInformation = (telling: Telling): void => {
  let free = ''
  for (const { isStructured, text } of telling.entry.information) {
    if (!isStructured) {
      if (free.length < limits.text) free = continued(free, text)
      continue
    }
    addText(telling.texts, free.trim())
    free = ''
    readStructured(telling, text)
  }
  addText(telling.texts, free.trim())
}

const readSecond = ({ said, entry, texts }: Telling): void => {
  const { second: text } = entry
  if (text === undefined) return
  const reference = wordAt(text, second.customerReference)
  // a total carries the id of its batch there
  const isTotal = /^[12]/.test(cut(entry.record.text, movement.typeCode))
  if (reference !== undefined && !isTotal && reference.replace(/\s/g, '') !== 'NOTPROVIDED')
    said.endToEndId = reference
  const bic = wordAt(text, second.bic)
  if (bic !== undefined && bicShape.test(bic)) said.counterpartyBic = bic
  addReturn(texts, cut(text, second.returnKind), cut(text, second.returnReason))
}

const readThird = ({ said, entry }: Telling): void => {
  const { third: text } = entry
  if (text === undefined) return
  const account = counterpartyAccount(cut(text, third.account))
  if (account !== undefined) said.counterpartyAccount = account
  const name = wordAt(text, third.name)
  if (name !== undefined) said.counterparty = name
}

const useMarkedReference = (said: Said): void => {
  if (said.reference !== undefined) return
  if (!said.text.includes('+++') && !said.text.includes('***')) return
  const found = belgianReferenceIn(said.text)
  if (found === null) return
  said.reference = found
  said.referenceType = 'belgian'
}

/** Everything that an entry says in words. */
export const describe = (entry: Entry, reading: Reading): Said => {
  const telling: Telling = { said: { text: '' }, texts: [], entry, reading }
  const communication = communicationOf(entry)
  readThird(telling)
  if (cut(entry.record.text, movement.communicationKind) === '1')
    readStructured(telling, communication)
  else readFree(telling, communication)
  readInformation(telling)
  readSecond(telling)
  telling.said.text = telling.texts.length === 1 ? telling.texts[0]! : telling.texts.join('\n')
  useMarkedReference(telling.said)
  return telling.said
}
