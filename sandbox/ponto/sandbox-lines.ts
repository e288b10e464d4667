/** Ponto's own sandbox routes: lines made here appear with the next synchronization of the account. */
import { z } from 'zod'
import type { BankAccount } from '../bank.ts'
import { balanceOf, lineOf, linesAtBank } from '../bank.ts'
import { isJsonNumber } from '../decimal.ts'
import { exactNumber } from '../exact-json.ts'
import type { Answer } from '../http.ts'
import { json } from '../http.ts'
import type { Line, LineScript } from '../line.ts'
import type { Organization } from '../world.ts'
import { attributesOf } from './body.ts'
import type { Exchange, Route } from './exchange.ts'
import { forOrganization, notFound, Refusal } from './exchange.ts'
import { listPage, pagingOf } from './json-api.ts'
import { lineAttributes } from './line-json.ts'

const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}/)
  .transform((text) => text.slice(0, 10))
const text = z.string().max(5000)

const lineShape = z.object({
  amount: z.string().refine(isJsonNumber),
  currency: z.string().length(3),
  executionDate: day,
  valueDate: day.nullable(),
  description: text.nullable(),
  remittanceInformation: text,
  remittanceInformationType: z.enum(['structured', 'unstructured']),
  counterpartName: text.nullable(),
  counterpartReference: text.nullable(),
})
const changeShape = lineShape.partial()

type Attributes = z.infer<typeof changeShape>

const fieldsOf: Record<keyof Attributes, keyof Line> = {
  amount: 'amount',
  currency: 'currency',
  executionDate: 'bookedOn',
  valueDate: 'valueOn',
  description: 'description',
  remittanceInformation: 'text',
  remittanceInformationType: 'textType',
  counterpartName: 'counterpartyName',
  counterpartReference: 'counterpartyReference',
}

const scriptOf = (body: string): Partial<LineScript> => {
  const parsed = changeShape.safeParse(attributesOf(body))
  if (!parsed.success) {
    const attribute = String(parsed.error.issues[0]?.path[0] ?? 'attributes')
    throw new Refusal(400, 'invalidAttribute', `The value of ${attribute} is wrong.`).at(
      `/data/attributes/${attribute}`,
      attribute,
    )
  }
  const fields = Object.entries(fieldsOf).flatMap(([theirs, ours]) => {
    const value = Object.entries(parsed.data).find(([name]) => name === theirs)?.[1]
    return value === undefined ? [] : [[ours, value] as const]
  })
  return Object.fromEntries(fields)
}

const accountOf = ({ world, params }: Exchange): BankAccount => {
  const bank = world.banks.get(params['institution'] ?? '')
  if (bank === undefined) throw notFound('financialInstitution')
  const account = bank.accounts.get(params['account'] ?? '')
  if (account === undefined) throw notFound('financialInstitutionAccount')
  return account
}

const accountJson = (account: BankAccount) => ({
  type: 'financialInstitutionAccount',
  id: account.id,
  attributes: {
    subtype: account.subtype,
    referenceType: account.referenceType,
    reference: account.reference,
    description: account.description,
    currency: account.currency,
    currentBalance: exactNumber(balanceOf(account)),
    availableBalance: exactNumber(balanceOf(account)),
  },
})

const shownHere = new Set([
  'amount',
  'currency',
  'executionDate',
  'valueDate',
  'description',
  'remittanceInformation',
  'remittanceInformationType',
  'counterpartName',
  'counterpartReference',
  'cardReference',
  'cardReferenceType',
  'fee',
])

const lineJson = (line: Line) => ({
  type: 'financialInstitutionTransaction',
  id: line.id,
  attributes: Object.fromEntries(
    Object.entries(lineAttributes(line, 'seconds')).filter(([name]) => shownHere.has(name)),
  ),
})

const listAccounts = ({ world, params, query, origin, path }: Exchange): Answer => {
  const bank = world.banks.get(params['institution'] ?? '')
  if (bank === undefined) throw notFound('financialInstitution')
  const page = listPage([...bank.accounts.values()], pagingOf(query, origin + path))
  const data = page.items.map(accountJson)
  return json(200, { meta: { paging: page.paging }, links: page.links, data })
}

const listLines = (exchange: Exchange): Answer => {
  const { query, origin, path } = exchange
  const page = listPage(linesAtBank(accountOf(exchange)), pagingOf(query, origin + path))
  const data = page.items.map(lineJson)
  return json(200, { meta: { paging: page.paging }, links: page.links, data })
}

const lineOfPath = (exchange: Exchange): Line => {
  const wanted = exchange.params['line'] ?? ''
  const line = linesAtBank(accountOf(exchange)).find(({ id }) => id === wanted)
  if (line === undefined) throw notFound('financialInstitutionTransaction')
  return line
}

const create = (exchange: Exchange): Answer => {
  const account = accountOf(exchange)
  const { amount, bookedOn, ...script } = scriptOf(exchange.body)
  if (amount === undefined || bookedOn === undefined)
    throw new Refusal(400, 'invalidAttribute', 'A line needs amount and executionDate.')
  const line = lineOf(account, { ...script, amount, bookedOn })
  account.staged.push({ op: 'put', line })
  exchange.world.changed()
  return json(201, { data: lineJson(line) })
}

const change = (exchange: Exchange): Answer => {
  const line = { ...lineOfPath(exchange), ...scriptOf(exchange.body) }
  accountOf(exchange).staged.push({ op: 'put', line })
  exchange.world.changed()
  return json(200, { data: lineJson(line) })
}

const accountsPath =
  '/ponto-connect/sandbox/financial-institutions/:institution/financial-institution-accounts'
const linesPath = `${accountsPath}/:account/financial-institution-transactions`

const route = (
  method: string,
  path: string,
  run: (exchange: Exchange, organization: Organization) => Answer,
): Route => forOrganization([method, path, 'sandbox'], run)

export const sandboxLineRoutes: Route[] = [
  route('GET', accountsPath, listAccounts),
  route('GET', `${accountsPath}/:account`, (exchange) =>
    json(200, { data: accountJson(accountOf(exchange)) }),
  ),
  route('GET', linesPath, listLines),
  route('POST', linesPath, create),
  route('GET', `${linesPath}/:line`, (exchange) =>
    json(200, { data: lineJson(lineOfPath(exchange)) }),
  ),
  route('PATCH', `${linesPath}/:line`, change),
]
