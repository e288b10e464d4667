/** The currency that the name of a column or a label tells, such as `Bedrag (EUR)`, `CAD$` or `Débit Euros`. */
import { isCurrency } from '../currency.ts'

const signs: Readonly<Record<string, string>> = {
  '€': 'EUR',
  '£': 'GBP',
  R$: 'BRL',
  zł: 'PLN',
  Kč: 'CZK',
}
const sign = /R\$|[€£]|\bzł|\bKč/
const euro = /\beuro[as]?\b/i
const onlyCode = /^([A-Z]{3})\$?$/

/** A code in a name, unless all of the name is in capitals: then it may be a word. Null where there is none. */
export const currencyIn = (name: string): string | null => {
  const written = sign.exec(name)?.[0]
  if (written !== undefined) return signs[written] ?? null
  if (euro.test(name)) return 'EUR'
  const code = onlyCode.exec(name)?.[1] ?? codeAmidWords(name)
  return isCurrency(code) ? code : null
}

const codeAmidWords = (name: string): string =>
  /[a-z(]/.test(name) ? (/\b[A-Z]{3}\b/.exec(name)?.[0] ?? '') : ''
