/** Answers to what a preview may ask, as options of the command line. */
import { encodings } from '../../domain/encodings.ts'
import { columnRoles, dateOrders, decimalSigns, type ColumnRole } from '../../domain/csv-layout.ts'
import { UsageError } from './exit-codes.ts'
import type { ShownProblem } from './imports.ts'
import { oneOf } from './options.ts'

export const answerOptions = {
  encoding: { type: 'string' },
  'date-order': { type: 'string' },
  'decimal-sign': { type: 'string' },
  delimiter: { type: 'string' },
  'header-row': { type: 'string' },
  columns: { type: 'string' },
  inverted: { type: 'boolean' },
  map: { type: 'string', multiple: true },
} as const

interface Values {
  encoding?: string
  'date-order'?: string
  'decimal-sign'?: string
  delimiter?: string
  'header-row'?: string
  columns?: string
  inverted?: boolean
  map?: string[]
}

const mappingOf = (text: string): { number: string; accountId: string | null } => {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new UsageError('--map is NUMBER=ACCOUNT-ID, or NUMBER=skip to leave it out.')
  const [number, accountId] = [text.slice(0, at), text.slice(at + 1)]
  return { number, accountId: accountId === 'skip' ? null : accountId }
}

const rowOf = (text: string): number => {
  if (!/^\d{1,4}$/.test(text)) throw new UsageError('--header-row is the number of a row, or 0.')
  return Number(text)
}

const rolesOf = (text: string): ColumnRole[] =>
  text.split(',').flatMap((role) => oneOf('columns', columnRoles, role.trim()) ?? [])

const csvOf = ({ delimiter, columns, inverted, ...values }: Values) => ({
  ...(delimiter === undefined ? {} : { delimiter: delimiter === '\\t' ? '\t' : delimiter }),
  ...(values['header-row'] === undefined ? {} : { headerRow: rowOf(values['header-row']) }),
  ...(columns === undefined ? {} : { roles: rolesOf(columns) }),
  ...(inverted === undefined ? {} : { isInverted: inverted }),
})

/** The corrections that the options make; null where they make none. */
export const correctionsOf = (values: Values): Record<string, unknown> | null => {
  const csv = csvOf(values)
  const corrections = {
    encoding: oneOf('encoding', encodings, values.encoding?.toLowerCase()),
    dateOrder: oneOf('date-order', dateOrders, values['date-order']),
    decimalSign: oneOf('decimal-sign', decimalSigns, values['decimal-sign']),
    accounts: values.map?.map(mappingOf),
    csv: Object.keys(csv).length === 0 ? undefined : csv,
  }
  const given = Object.entries(corrections).filter(([, value]) => value !== undefined)
  return given.length === 0 ? null : Object.fromEntries(given)
}

const answers: Readonly<Record<string, (params: ShownProblem['params']) => string>> = {
  date_order_ambiguous: () => '--date-order dmy|mdy|ymd',
  decimal_sign_ambiguous: () => "--decimal-sign '.'|','",
  encoding_uncertain: ({ firstEncoding = 'NAME', secondEncoding = 'NAME' }) =>
    firstEncoding === secondEncoding
      ? '--encoding NAME'
      : `--encoding ${firstEncoding} | --encoding ${secondEncoding}`,
  columns_unclear: () => '--columns booked_on,amount,text,…',
  account_unknown: ({ account = 'none' }) =>
    account === 'none'
      ? '--account NUMBER-OR-ID'
      : `--map '${account}=ACCOUNT-ID' | '${account}=skip'`,
  some_accounts_unknown: () => '--map NUMBER=ACCOUNT-ID | NUMBER=skip',
}

/** The option that answers a question; empty where none does. */
export const answerTo = ({ code, severity, params }: ShownProblem): string =>
  severity === 'question' ? (answers[code]?.(params) ?? '') : ''
