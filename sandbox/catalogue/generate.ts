/** Thousands of invented institutions, the same for the same seed; a longer catalogue begins with the shorter one. */
import { seededSequence, seededUuid } from '../seeded.ts'
import type { CatalogueEntry } from '../catalogue.ts'
import type { ProviderName } from '../sides.ts'
import type { Land, Tongue } from './words.ts'
import { lands } from './words.ts'

type Pick = (limit: number) => number

/** What is the same at every provider that offers the institution. */
interface Identity {
  bankId: string
  name: string
  land: Land
  bic: string | null
  website: string | null
}

type Offers = Partial<Record<ProviderName, CatalogueEntry>>

export interface Generated {
  bankId: string
  offers: Offers
}

interface Draw {
  index: number
  /** Names that are taken, each with its country. */
  known: Set<string>
  seed: string
  pick: Pick
}

const triesMax = 12
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const historyLengths = [30, 60, 90, 180, 365, 730]

const oneOf = <T>(choices: readonly T[], pick: Pick): T => {
  const choice = choices[pick(choices.length)]
  if (choice === undefined) throw new RangeError('nothing to choose from')
  return choice
}

const landOf = (pick: Pick): Land => {
  let left = pick(lands.reduce((sum, { share }) => sum + share, 0))
  for (const land of lands) {
    left -= land.share
    if (left < 0) return land
  }
  return oneOf(lands, pick)
}

const initials = (name: string): string =>
  (name.match(/\p{Lu}/gu) ?? []).join('') || name.slice(0, 2).toUpperCase()

/** One name in 20 tells what people call the bank. */
const nameOf = ({ starts, ends, kinds }: Tongue, pick: Pick): string => {
  const place = oneOf(starts, pick) + oneOf(ends, pick)
  const name = oneOf(kinds, pick).replace('*', place)
  return pick(20) === 0 ? `${name} (${initials(name)}${place.slice(-1).toUpperCase()})` : name
}

const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^A-Za-z]/g, '')
    .toLowerCase()

/** Four letters of the name, the country and a place. */
const bicOf = (name: string, country: string, pick: Pick): string => {
  const own = plain(name).toUpperCase()
  const letter = () => letters[pick(letters.length)] ?? 'X'
  const head = `${own[0] ?? 'X'}${own[1 + pick(3)] ?? 'X'}${letter()}${letter()}`
  return `${head}${country}${letter()}${pick(8) + 2}`
}

/** A bank with a name of its own in its country; abroad there may be another of the same name. */
const identityOf = ({ index, known, seed, pick }: Draw): Identity => {
  const land = landOf(pick)
  let name = nameOf(land.tongue, pick)
  for (let tries = 0; known.has(`${name}/${land.code}`) && tries < triesMax; tries += 1)
    name = nameOf(land.tongue, pick)
  if (known.has(`${name}/${land.code}`)) name = `${name} ${index}`
  const host = `${plain(name).slice(0, 40)}${pick(4) === 0 ? index : ''}`
  return {
    bankId: seededUuid(seed, 'catalogue', index),
    name,
    land,
    bic: land.code === 'US' || pick(5) === 0 ? null : bicOf(name, land.code, pick),
    website: pick(12) === 0 ? null : `https://www.${host}.example`,
  }
}

/** A branch abroad: the name and the site of the bank, a BIC of its own. */
const branchOf = (
  { name, website, bic }: Identity,
  land: Land,
  { index, seed, pick }: Draw,
): Identity => ({
  bankId: seededUuid(seed, 'catalogue', index),
  name,
  land,
  bic: bic === null ? null : bicOf(name, land.code, pick),
  website,
})

/** How one name of a bank looks at another provider. */
const spelled = ({ name, land }: Identity, provider: ProviderName, pick: Pick): string => {
  const style = pick(12)
  if (style === 0) return `${name} ${oneOf(land.tongue.forms, pick)}`
  if (style === 1 && provider === 'yodlee') return name.toUpperCase()
  if (style === 2 && provider === 'plaid') return name.normalize('NFKD').replace(/\p{Mn}/gu, '')
  return name
}

const statusOf = (pick: Pick): CatalogueEntry['status'] => {
  const drawn = pick(100)
  if (drawn === 0) return 'withdrawn'
  return drawn < 3 ? 'maintenance' : 'available'
}

const mfaOf = (provider: ProviderName, pick: Pick): CatalogueEntry['mfa'] => {
  const drawn = pick(4)
  if (drawn === 0) return 'none'
  return provider === 'yodlee' && drawn < 3 ? 'code' : 'page'
}

const consentOf = ({ code }: Land, pick: Pick): number | null => {
  if (['US', 'CA', 'AU', 'NZ', 'MX'].includes(code)) return null
  return pick(3) === 0 ? 90 : 180
}

const offerOf = (identity: Identity, provider: ProviderName, pick: Pick): CatalogueEntry => ({
  bankId: identity.bankId,
  name: spelled(identity, provider, pick),
  country: identity.land.code,
  bic: identity.bic,
  website: identity.website,
  beta: pick(15) === 0,
  mfa: mfaOf(provider, pick),
  unattended: pick(20) !== 0,
  historyDays: oneOf(historyLengths, pick),
  consentDays: consentOf(identity.land, pick),
  status: statusOf(pick),
})

/** At least one provider offers the bank; most are offered by two or three where so many reach the country. */
const offersOf = (identity: Identity, pick: Pick): Offers => {
  const { offeredBy } = identity.land
  const surely = pick(offeredBy.length)
  const offers: Offers = {}
  for (const [place, provider] of offeredBy.entries())
    if (place === surely || pick(3) > 0) offers[provider] = offerOf(identity, provider, pick)
  return offers
}

/** One bank in 25 has a branch in another country where the same tongue is spoken. */
const branchLand = ({ name, land }: Identity, known: Set<string>, pick: Pick): Land | null => {
  if (pick(25) > 0) return null
  const abroad = lands.filter(
    ({ tongue, code }) => tongue === land.tongue && !known.has(`${name}/${code}`),
  )
  return abroad.length === 0 ? null : oneOf(abroad, pick)
}

/** So many institutions, each with what the providers say of it. */
export const generateCatalogue = (seed: string, count: number): Generated[] => {
  const pick = seededSequence(seed, 'catalogue')
  const known = new Set<string>()
  const made: Generated[] = []
  let before: Identity | null = null
  for (let index = 0; index < count; index += 1) {
    const draw = { index, known, seed, pick }
    const abroad: Land | null = before === null ? null : branchLand(before, known, pick)
    const identity: Identity =
      before === null || abroad === null ? identityOf(draw) : branchOf(before, abroad, draw)
    known.add(`${identity.name}/${identity.land.code}`)
    made.push({ bankId: identity.bankId, offers: offersOf(identity, pick) })
    before = identity
  }
  return made
}
