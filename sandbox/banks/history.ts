/** Scripted histories: believable Belgian lines of our own invention, the same for the same seed. */
import { belgianIban } from '../iban.ts'
import type { LineScript } from '../line.ts'
import { seededSequence } from '../seeded.ts'

const dayMs = 86_400_000

type Pick = (limit: number) => number

interface Story {
  counterparty: string
  /** Smallest and largest amount in cents, as the holder sees it. */
  cents: [number, number]
  code: string
  write: (pick: Pick) => Words<LineScript>
}

type Words<T> = Partial<Omit<T, 'bookedOn' | 'amount'>>

const two = (value: number) => String(value).padStart(2, '0')

/** A Belgian structured communication whose last two digits check the first ten. */
const structuredCommunication = (pick: Pick): string => {
  const base = String(1_000_000_000 + pick(999_999_999))
  const digits = base + two(Number(base) % 97 || 97)
  return `+++${digits.slice(0, 3)}/${digits.slice(3, 7)}/${digits.slice(7)}+++`
}

const iban = (pick: Pick): string => belgianIban(1_000_000_000 + pick(900_000_000))

const structured = (pick: Pick): Words<LineScript> => ({
  text: structuredCommunication(pick),
  textType: 'structured',
  counterpartyReference: iban(pick),
})

const card =
  (where: string) =>
  (pick: Pick): Words<LineScript> => ({
    text: `Card payment ${where} ${two(pick(24))}:${two(pick(60))}`,
    cardReference: '6703 XXXX XXXX 4412',
    description: 'Card payment',
  })

const invoice =
  (word: string) =>
  (pick: Pick): Words<LineScript> => ({
    text: `${word} 2${pick(9)}-${1000 + pick(8999)}`,
    counterpartyReference: iban(pick),
    endToEndId: `E2E${100_000 + pick(899_999)}`,
  })

const stories: Story[] = [
  {
    counterparty: 'Frituur De Gouden Zak',
    cents: [-3200, -650],
    code: 'PMNT-CCRD-POSD',
    write: card('FRITUUR DE GOUDEN ZAK GENT'),
  },
  {
    counterparty: 'Boulangerie Chez Zoé',
    cents: [-1450, -280],
    code: 'PMNT-CCRD-POSD',
    write: card('CHEZ ZOÉ IXELLES'),
  },
  {
    counterparty: 'Buurtwinkel Het Mandje',
    cents: [-9800, -1200],
    code: 'PMNT-CCRD-POSD',
    write: card('HET MANDJE LEUVEN'),
  },
  {
    counterparty: 'Pompstation De Knik',
    cents: [-11_500, -4200],
    code: 'PMNT-CCRD-POSD',
    write: card('DE KNIK AALST'),
  },
  {
    counterparty: 'Stroom & Gas Coöperatie Noord',
    cents: [-31_000, -14_000],
    code: 'PMNT-IDDT-ESDD',
    write: structured,
  },
  {
    counterparty: 'Telecom Zeeleeuw',
    cents: [-8900, -4500],
    code: 'PMNT-IDDT-ESDD',
    write: structured,
  },
  {
    counterparty: 'Atelier Müller & Fils',
    cents: [42_000, 310_000],
    code: 'PMNT-RCDT-ESCT',
    write: structured,
  },
  {
    counterparty: 'Garage Peeters-Dîme',
    cents: [18_000, 145_000],
    code: 'PMNT-RCDT-ESCT',
    write: invoice('Factuur'),
  },
  {
    counterparty: 'Librairie L’Été Indien',
    cents: [9500, 88_000],
    code: 'PMNT-RCDT-ESCT',
    write: invoice('Facture'),
  },
  {
    counterparty: 'Kantoor Inkt & Papier',
    cents: [-64_000, -7500],
    code: 'PMNT-ICDT-ESCT',
    write: invoice('Bestelling'),
  },
  {
    counterparty: 'Sociaal Secretariaat Linde',
    cents: [-540_000, -180_000],
    code: 'PMNT-ICDT-ESCT',
    write: structured,
  },
  {
    counterparty: 'Webwinkel Klaproos',
    cents: [2500, 19_900],
    code: 'PMNT-RCDT-ESCT',
    write: (pick) => ({
      text: `Naam: Webwinkel Klaproos<br>Omschrijving: verkoop ${10_000 + pick(89_999)}<br>IBAN: ${iban(pick)}<br>Kenmerk: ${pick(999_999)}<br>`,
    }),
  },
]

const amountOf = ([from, to]: [number, number], pick: Pick): string => {
  const cents = from + pick(to - from + 1)
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

export interface HistoryWish {
  count: number
  days: number
  seed: string
  /** The last day of the history, `YYYY-MM-DD`. */
  lastDay: string
}

/** So many lines over so many days, oldest first. Now and then two of them are equal in everything. */
export const history = ({ count, days, seed, lastDay }: HistoryWish): LineScript[] => {
  const pick = seededSequence(seed)
  const lastMs = Date.parse(lastDay)
  const dayOf = (age: number) => new Date(lastMs - age * dayMs).toISOString().slice(0, 10)
  const lines: LineScript[] = []
  for (let index = 0; index < count; index += 1) {
    const age = Math.floor(((count - 1 - index) * (days - 1)) / Math.max(count - 1, 1))
    const story = stories[pick(stories.length)]
    const before = lines.at(-1)
    const isTwin = pick(23) === 0 && before?.bookedOn === dayOf(age)
    if (isTwin) lines.push({ ...before })
    else if (story !== undefined)
      lines.push({
        bookedOn: dayOf(age),
        valueOn: pick(9) === 0 ? dayOf(age - 1) : dayOf(age),
        amount: amountOf(story.cents, pick),
        counterpartyName: story.counterparty,
        bankTransactionCode: story.code,
        ...story.write(pick),
      })
  }
  return lines
}
