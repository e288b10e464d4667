/** Texts that are nothing but the name of a balance, in the languages of banks: every word of them belongs to such a name. */
import { isCurrency } from '../currency.ts'
import { monthOf } from '../inference/month-names.ts'
import { folded } from './names.ts'

const setOf = (words: string): ReadonlySet<string> =>
  new Set(words.split(' ').map((word) => folded(word)))

const nouns = setOf(
  'saldo saldos saldi endsaldo eindsaldo beginsaldo anfangssaldo abschlusssaldo abschlussaldo schlusssaldo slutsaldo sluttsaldo startsaldo openingssaldo loppusaldo alkusaldo algsaldo loppsaldo kontosaldo boeksaldo solde soldes balance balances bal kontostand kontostande zustatek zostatok bakiye bakiyesi egyenleg nyitoegyenleg zaroegyenleg likutis jaak stanje sold soldul 残高 差引残高 余额 餘額 結餘 잔액 остаток сальдо υπολοιπο יתרה رصيد الرصيد',
)
/** Two words that are one noun. */
const doubleNoun = /\b(?:stan (?:konta|rachunku)|stav (?:uctu|konta))\b/

const qualifiers = setOf(
  'opening closing beginning starting ending previous ledger old current final initial last brought carried forward c f cf b d bf bd available net book booked account acct statement period running day month end start begin total disponible disponibile disponivel contable contabile contabil comptable contabilistico anterior inicial iniziale finale precedent precedente ancien nouveau nouvel crediteur debiteur creditor debitor debiteuren alter neuer altes neues anfang ende konto kontos bank compte cuenta conta conto konta rachunku uctu rekening koncowe koncowy koncove konecny poczatkowe poczatkowy pocatecni predchozi utgaende ingaende inngaende utgaaende disponibelt bokfort vorig vorige nieuw nieuwe oud oude actual actuel actuelle atual attuale aktueller laatste huidig huidige fin debut dia mes mois mese giorno final donem sonu basi kapanis acilis guncel итоговый входящий исходящий начальный конечный на τελικο αρχικο 前月 当月 繰越 期末 期初 סופית התחלתית',
)
const particles = setOf(
  'as of per op au am at on zum vom von bis an in to for and the your al alla allo a em de du del dell della do da dos den der die das des le la les il el lo l d e y et und en na ke dne ze do w z pr date datum data fecha no nr',
)

/** The shoes of that name are bought more often than they are a balance. */
const brand = /^new balance$/

const isBeside = (word: string): boolean =>
  qualifiers.has(word) ||
  particles.has(word) ||
  /^\d+(?:st|nd|rd|th|er)?$/.test(word) ||
  (word.length === 3 && isCurrency(word.toUpperCase())) ||
  monthOf(word) > 0

/** Whether a text is nothing but the name of a balance, with or without its day. */
export const namesBalance = (text: string): boolean => {
  const name = folded(text)
  if (brand.test(name)) return false
  const words = name.replace(doubleNoun, 'saldo').split(' ')
  return (
    words.some((word) => nouns.has(word)) &&
    words.every((word) => nouns.has(word) || isBeside(word))
  )
}
