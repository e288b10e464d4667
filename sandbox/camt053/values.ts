/** Amounts and days of a statement file, kept as text. */
import type { Element } from './element.ts'
import { allAt, textAt } from './element.ts'
import { CamtProblem } from './problem.ts'

const digitsOf = (written: string, where: string): string => {
  const [, whole = '', fraction = ''] = /^\+?(\d{0,20})(?:\.(\d{0,12}))?$/.exec(written) ?? []
  if (whole === '' && fraction === '')
    throw new CamtProblem(`"${written.slice(0, 40)}" is not an amount (in ${where})`)
  const integer = whole.replace(/^0+(?=\d)/, '') || '0'
  return fraction === '' ? integer : `${integer}.${fraction}`
}

/** Signed decimal text of `Amt` and `CdtDbtInd`; a missing indicator is a credit. Throws a problem that quotes a wrong amount. */
export const amountOf = (element: Element): { amount: string; currency: string | null } => {
  const [node] = allAt(element, 'Amt')
  const digits = digitsOf(node?.text.trim() ?? '', element.name)
  const isDebit = textAt(element, 'CdtDbtInd') === 'DBIT'
  const isZero = /^[0.]+$/.test(digits)
  return { amount: isDebit && !isZero ? `-${digits}` : digits, currency: node?.currency || null }
}

/** The calendar day of a `Dt` or `DtTm` below an element, as written there; null when there is none. */
export const dayOf = (element: Element, name: string): string | null => {
  const written = textAt(element, name, 'Dt') ?? textAt(element, name, 'DtTm')
  if (written === null) return null
  const day = written.slice(0, 10)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)))
    throw new CamtProblem(`"${written.slice(0, 40)}" is not a date (in ${name})`)
  return day
}
