/** What sources say of one line, and what is kept of it: a line that two sources show is one line in two wordings. */
import type { Line } from './statement-line.ts'
import { compactAccount, shortest } from './statement-line.ts'

/** All that a person sees of a line; null is what was not said. */
export interface Words {
  bookedOn: string
  valueOn: string | null
  amount: string
  currency: string
  text: string
  counterparty: string | null
  counterpartyAccount: string | null
  reference: string | null
}

type Field = keyof Words

export const wordsOf = (line: Line): Words => ({
  bookedOn: line.bookedOn,
  valueOn: line.valueOn ?? null,
  amount: line.amount,
  currency: line.currency,
  text: line.text,
  counterparty: line.counterparty ?? null,
  counterpartyAccount: line.counterpartyAccount ?? null,
  reference: line.reference ?? null,
})

/** Words as a line under a key, with the payload they came in. */
export const toLine = (words: Words, { lineKey, raw }: Pick<Line, 'lineKey' | 'raw'>): Line => {
  const { valueOn, counterparty, counterpartyAccount, reference, ...said } = words
  return {
    lineKey,
    raw,
    ...said,
    ...(valueOn !== null && { valueOn }),
    ...(counterparty !== null && { counterparty }),
    ...(counterpartyAccount !== null && { counterpartyAccount }),
    ...(reference !== null && { reference }),
  }
}

const comparable = (words: Words, field: Field): string => {
  if (field === 'amount') return shortest(words.amount)
  if (field === 'counterpartyAccount') return compactAccount(words.counterpartyAccount ?? '')
  return words[field] ?? ''
}

const isEmpty = (words: Words, field: Field): boolean => comparable(words, field).trim() === ''

const fields: readonly Field[] = [
  'bookedOn',
  'valueOn',
  'amount',
  'currency',
  'text',
  'counterparty',
  'counterpartyAccount',
  'reference',
]

const differing = (some: Words, others: Words): Field[] =>
  fields.filter((field) => comparable(some, field) !== comparable(others, field))

export const saysSame = (some: Words, others: Words): boolean =>
  differing(some, others).length === 0

/** The words whose field counts: what a source says as before, or knows only now, fills what is empty. */
const choose = (
  field: Field,
  { stored, earlier, shown }: { stored: Words; earlier: Words; shown: Words },
): Words => {
  const isSame = comparable(earlier, field) === comparable(shown, field)
  if (isSame || isEmpty(earlier, field)) return isEmpty(stored, field) ? shown : stored
  if (!isEmpty(shown, field)) return shown
  // what it does not say any more was perhaps said by another one
  return comparable(stored, field) === comparable(earlier, field) ? shown : stored
}

/**
 * The stored line after a source that said `earlier` says `shown`: only where the source contradicts itself did the bank
 * change anything. Whoever shows a line for the first time has said nothing else before.
 */
export const merge = (stored: Words, earlier: Words, shown: Words): Words => {
  const from = (field: Field): Words => choose(field, { stored, earlier, shown })
  return {
    bookedOn: from('bookedOn').bookedOn,
    valueOn: from('valueOn').valueOn,
    amount: from('amount').amount,
    currency: from('currency').currency,
    text: from('text').text,
    counterparty: from('counterparty').counterparty,
    counterpartyAccount: from('counterpartyAccount').counterpartyAccount,
    reference: from('reference').reference,
  }
}

/** Whether two sources name other parties or references: then one adds nothing to the other. */
export const contradicts = (some: Words, others: Words): boolean =>
  differing(some, others).some(
    (field) =>
      (field === 'counterpartyAccount' || field === 'reference') &&
      !isEmpty(some, field) &&
      !isEmpty(others, field),
  )

/** By what an ERP knows whose payment a line is; a value date is not worth a change of the feed. */
const isTelling = (field: Field): boolean => field !== 'valueOn'

/** What became of a line: something said before is gone, something worth knowing was added, or neither. */
export const changeOf = (before: Words, after: Words): 'changed' | 'filled' | 'noted' => {
  const touched = differing(before, after)
  if (touched.some((field) => !isEmpty(before, field))) return 'changed'
  return touched.some(isTelling) ? 'filled' : 'noted'
}
