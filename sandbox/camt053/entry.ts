/** One entry of a statement file. */
import type { LineScript } from '../line.ts'
import type { Element } from './element.ts'
import { allAt, textAt } from './element.ts'
import { amountOf, dayOf } from './values.ts'

export interface CamtLine extends Omit<LineScript, 'bookedOn'> {
  status: 'booked' | 'pending'
  bookedOn: string | null
}

const pieceLength = 140

/** Banks cut long texts into pieces of 140 characters, often inside a word. */
const joined = (pieces: string[]): string =>
  pieces.reduce((text, piece, index) => {
    const cut = index > 0 && (pieces[index - 1]?.length ?? 0) >= pieceLength
    return index === 0 || cut ? text + piece : `${text} ${piece}`
  }, '')

const said = (text: string | null): string | null =>
  text === null || text === 'NOTPROVIDED' ? null : text

const remittance = (details: Element): Pick<LineScript, 'text' | 'textType'> => {
  const structured = allAt(details, 'RmtInf', 'Strd').flatMap((strd) => {
    const reference = textAt(strd, 'CdtrRefInf', 'Ref') ?? textAt(strd, 'CdtrRefInf', 'CdtrRef')
    const more = allAt(strd, 'AddtlRmtInf').map(({ text }) => text.trim())
    return reference === null ? more : [reference, ...more]
  })
  const free = joined(allAt(details, 'RmtInf', 'Ustrd').map(({ text }) => text.trim()))
  const belgian = /^\d{12}$/.test(structured[0] ?? '') && structured.length === 1 && free === ''
  const [digits = ''] = structured
  if (belgian)
    return {
      text: `+++${digits.slice(0, 3)}/${digits.slice(3, 7)}/${digits.slice(7)}+++`,
      textType: 'structured',
    }
  return { text: [...structured, free].filter(Boolean).join(' ') }
}

const counterparty = (
  details: Element,
  isDebit: boolean,
): Pick<LineScript, 'counterpartyName' | 'counterpartyReference'> => {
  const role = isDebit ? 'Cdtr' : 'Dbtr'
  const [parties] = allAt(details, 'RltdPties')
  const name = [role, `Ultmt${role}`]
    .flatMap((party) => [textAt(parties, party, 'Nm'), textAt(parties, party, 'Pty', 'Nm')])
    .find((text) => said(text) !== null)
  const account = allAt(parties, `${role}Acct`)[0]
  return {
    counterpartyName: name ?? null,
    counterpartyReference: said(
      textAt(account, 'Id', 'IBAN') ?? textAt(account, 'Id', 'Othr', 'Id'),
    ),
  }
}

const bankCode = (entry: Element): Pick<LineScript, 'bankTransactionCode' | 'proprietaryCode'> => {
  const [code] = allAt(entry, 'BkTxCd')
  const parts = [
    textAt(code, 'Domn', 'Cd'),
    textAt(code, 'Domn', 'Fmly', 'Cd'),
    textAt(code, 'Domn', 'Fmly', 'SubFmlyCd'),
  ].filter((part) => part !== null)
  return {
    bankTransactionCode: parts.length === 0 ? null : parts.join('-'),
    proprietaryCode: textAt(code, 'Prtry', 'Cd'),
  }
}

const fromDetails = (details: Element, isDebit: boolean): Partial<LineScript> => {
  const { text, ...rest } = remittance(details)
  return {
    ...rest,
    ...counterparty(details, isDebit),
    ...(text === '' || text === undefined
      ? { text: textAt(details, 'AddtlTxInf') ?? '' }
      : { text }),
    endToEndId: said(textAt(details, 'Refs', 'EndToEndId')),
    mandateId: said(textAt(details, 'Refs', 'MndtId')),
    purposeCode: textAt(details, 'Purp', 'Cd'),
  }
}

const statusOf = (entry: Element): CamtLine['status'] | null => {
  const status = textAt(entry, 'Sts') ?? textAt(entry, 'Sts', 'Cd') ?? textAt(entry, 'Sts', 'Prtry')
  if (status === null || status === 'BOOK') return 'booked'
  return status === 'PDNG' ? 'pending' : null
}

/** The line of an entry, without currency check; null for entries that are only information. */
export const lineOfEntry = (entry: Element): { line: CamtLine; currency: string | null } | null => {
  const status = statusOf(entry)
  if (status === null) return null
  const { amount, currency } = amountOf(entry)
  const transactions = allAt(entry, 'NtryDtls', 'TxDtls')
  const [only] = transactions
  const details =
    only !== undefined && transactions.length === 1 ? fromDetails(only, amount.startsWith('-')) : {}
  const additionalText = textAt(entry, 'AddtlNtryInf')
  const valueOn = dayOf(entry, 'ValDt')
  const line: CamtLine = {
    ...details,
    ...bankCode(entry),
    status,
    amount,
    bookedOn: dayOf(entry, 'BookgDt') ?? valueOn,
    valueOn,
    text: details.text || (additionalText ?? ''),
    additionalText,
    internalReference: textAt(entry, 'AcctSvcrRef'),
  }
  return { line, currency }
}
