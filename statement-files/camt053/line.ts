/** An entry of the message as a line of the statement. */
import { ibanOf } from '../../domain/iban.ts'
import type { LineDetail, ParsedLine } from '../parsed.ts'
import type { Problem } from '../problem.ts'
import { signed } from './amount.ts'
import type { Amounts, Detail, Entry, Money, Party, TypeCode } from './records.ts'
import { entryRemittance, remittanceOf, stated, type Remittance } from './remittance.ts'

export interface LineContext {
  money: Money
  isDebit: boolean
  /** Of the account; what is in another currency was ordered abroad. */
  currency: string | undefined
  /** Number of the account: nobody is one's own counterparty. */
  ownAccount: string | undefined
  tell: (told: Problem) => unknown
}

interface Counterparty {
  name: string | undefined
  account: string | undefined
  bic: string | undefined
}

const numberOf = (text: string | undefined): string | undefined => {
  const number = stated(text)
  return number === undefined ? undefined : (ibanOf(number) ?? number)
}

const seen = (party: Party): Counterparty => ({
  name: stated(party.name) ?? stated(party.ultimateName),
  account: numberOf(party.account),
  bic: stated(party.bic),
})

/** Whoever paid or was paid; what a reversal takes back names the two the other way round. */
const counterpartyOf = (
  detail: Detail,
  isDebit: boolean,
  own: string | undefined,
): Counterparty => {
  const party = seen(isDebit ? detail.creditor : detail.debtor)
  const isOwn = party.account !== undefined && party.account === own
  if (!isOwn) return party
  const other = seen(isDebit ? detail.debtor : detail.creditor)
  return other.account === own ? party : other
}

/** What all of them agree on. */
const agreed = <Item, Value>(
  items: readonly Item[],
  pick: (item: Item) => Value | undefined,
): Value | undefined => {
  const [first] = items
  if (first === undefined) return undefined
  const value = pick(first)
  if (items.length === 1 || value === undefined) return value
  return items.every((item) => pick(item) === value) ? value : undefined
}

const codeOf = ({ domain, family, subfamily, proprietary }: TypeCode): string | undefined => {
  if (domain === undefined) return proprietary
  let code = domain
  if (family !== undefined) code += `/${family}`
  return subfamily === undefined ? code : `${code}/${subfamily}`
}

const foreign = (
  { instructed, transaction, counterValue, rate }: Amounts,
  { currency, isDebit }: LineContext,
): ParsedLine['original'] => {
  for (const money of [instructed, transaction, counterValue]) {
    if (money?.currency === undefined || money.currency === currency) continue
    const original = { amount: signed(money.amount, isDebit), currency: money.currency }
    return rate === undefined ? original : { ...original, rate }
  }
  return undefined
}

const detailMoney = ({ money, amounts }: Detail): Money | undefined =>
  money ?? amounts.transaction ?? amounts.instructed

/** Leaves out what is not known. */
const without = <Value extends object>(
  value: Value,
): { [Name in keyof Value]?: NonNullable<Value[Name]> } => {
  const known: { [Name in keyof Value]?: NonNullable<Value[Name]> } = {}
  for (const name in value) {
    const each = value[name]
    if (each !== undefined && each !== null && each !== '') known[name] = each
  }
  return known
}

const detailOf = (detail: Detail, { text, reference }: Remittance, of: LineContext): LineDetail => {
  const isDebit = detail.isDebit ?? of.isDebit
  const { name, account } = counterpartyOf(detail, isDebit, of.ownAccount)
  const money = detailMoney(detail)
  return without({
    amount: money && signed(money.amount, isDebit),
    currency: money && (money.currency ?? of.currency),
    text,
    counterparty: name,
    counterpartyAccount: account,
    reference,
    endToEndId: stated(detail.endToEndId),
  })
}

type Optional = Pick<
  ParsedLine,
  | 'valueOn'
  | 'currency'
  | 'counterparty'
  | 'counterpartyAccount'
  | 'counterpartyBic'
  | 'bankReference'
  | 'endToEndId'
  | 'mandateId'
  | 'chequeNumber'
  | 'typeCode'
>

const give = <Name extends keyof Optional>(
  line: ParsedLine,
  name: Name,
  value: ParsedLine[Name] | undefined,
): void => {
  if (value !== undefined) line[name] = value
}

const addCounterparty = (line: ParsedLine, { details }: Entry, of: LineContext): void => {
  const parties = details.map((each) => counterpartyOf(each, of.isDebit, of.ownAccount))
  give(
    line,
    'counterparty',
    agreed(parties, ({ name }) => name),
  )
  give(
    line,
    'counterpartyAccount',
    agreed(parties, ({ account }) => account),
  )
  give(
    line,
    'counterpartyBic',
    agreed(parties, ({ bic }) => bic),
  )
}

const addNames = (line: ParsedLine, entry: Entry): void => {
  const { details } = entry
  const reference = stated(entry.bankReference)
  give(line, 'bankReference', reference ?? agreed(details, (each) => stated(each.bankReference)))
  give(
    line,
    'endToEndId',
    agreed(details, (each) => stated(each.endToEndId)),
  )
  give(
    line,
    'mandateId',
    agreed(details, (each) => stated(each.mandateId)),
  )
  give(
    line,
    'chequeNumber',
    agreed(details, (each) => stated(each.chequeNumber)),
  )
  give(line, 'typeCode', codeOf(entry.type) ?? agreed(details, ({ type }) => codeOf(type)))
}

/** The line of a booked entry; its booking day still to be settled where the entry names none. */
export const lineOf = (entry: Entry, of: LineContext): ParsedLine => {
  const { details } = entry
  const remittances = details.map((detail) => remittanceOf(detail, of.tell))
  const { text, reference, referenceType } = entryRemittance(entry, remittances)
  const line: ParsedLine = {
    bookedOn: entry.bookedOn ?? null,
    amount: signed(of.money.amount, of.isDebit),
    text,
    position: entry.position,
  }
  give(line, 'valueOn', entry.valueOn)
  give(line, 'currency', of.money.currency ?? of.currency)
  const [only] = details
  const original =
    foreign(entry.amounts, of) ??
    (details.length === 1 && only !== undefined ? foreign(only.amounts, of) : undefined)
  if (original !== undefined) line.original = original
  addCounterparty(line, entry, of)
  if (reference !== undefined) line.reference = reference
  if (referenceType !== undefined) line.referenceType = referenceType
  addNames(line, entry)
  if (details.length > 1)
    line.details = details.map((detail, index) =>
      detailOf(detail, remittances[index] ?? { text: '' }, of),
    )
  return line
}
