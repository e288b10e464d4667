/** Sites: what Yodlee calls providers, each with its number, and the bank behind it. */
import type { Bank } from '../bank.ts'
import { bankBehind } from '../banks/bank-behind.ts'
import type { CatalogueEntry } from '../catalogue.ts'
import { catalogueOf } from '../catalogue.ts'
import type { World } from '../world.ts'
import type { MfaRound, YodleeScript } from './script.ts'
import { standardYodlee } from './script.ts'

export interface Site {
  providerId: number
  name: string
  country: string
  website: string | null
  status: 'Supported' | 'Beta' | 'Unsupported'
  authType: 'OAUTH' | 'CREDENTIALS' | 'MFA_CREDENTIALS'
  isAutoRefreshEnabled: boolean
  historyDays: number
  mfa: readonly MfaRound[]
  script: YodleeScript
  /** Null where there is nothing behind the entry. */
  bank: Bank | null
}

interface TestSite {
  providerId: number
  name: string
  script: Partial<YodleeScript>
}

/** The sites of Yodlee's own sandbox; the accounts behind them are those of one scripted bank. */
const testSites: readonly TestSite[] = [
  {
    providerId: 16441,
    name: 'Dag Site',
    script: { login: { user: 'YodTest.site16441.2', password: 'site16441.2' } },
  },
  {
    providerId: 16442,
    name: 'Dag Site Multilevel',
    script: {
      authType: 'MFA_CREDENTIALS',
      login: { user: 'YodTest.site16442.1', password: 'site16442.1' },
      mfa: [{ ask: 'token', answer: '123456' }],
    },
  },
  {
    providerId: 16486,
    name: 'Dag Site SecurityQA',
    script: {
      authType: 'MFA_CREDENTIALS',
      login: { user: 'YodTest.site16486.1', password: 'site16486.1' },
      mfa: [
        {
          ask: 'questions',
          questions: [
            { label: 'What is your favourite school?', answer: 'w3schools' },
            { label: 'In which state were you born?', answer: 'Texas' },
          ],
        },
      ],
    },
  },
  {
    providerId: 18769,
    name: 'Dag Site Captcha',
    script: {
      authType: 'MFA_CREDENTIALS',
      mfa: [{ ask: 'image', answer: '5678' }],
    },
  },
  {
    providerId: 19335,
    name: 'Dag OAuth',
    script: {
      authType: 'OAUTH',
      login: { user: 'YodTest2.site19335.1', password: 'site19335.1' },
    },
  },
]

const bankOfTestSites = 'Happy Bank'

/** The number of a catalogue entry, made of the bank's id, so that it is the same at every start. */
const numberOf = ({ bankId }: CatalogueEntry): number =>
  Number.parseInt(bankId.replaceAll('-', '').slice(0, 10), 16)

const indexes = new WeakMap<readonly CatalogueEntry[], Map<number, CatalogueEntry>>()

/** Every entry by its number, made once for every state of the catalogue. */
const indexOf = (world: World): Map<number, CatalogueEntry> => {
  const entries = catalogueOf(world, 'yodlee')
  const known = indexes.get(entries)
  if (known !== undefined) return known
  const index = new Map(entries.map((entry) => [numberOf(entry), entry]))
  indexes.set(entries, index)
  return index
}

const statusOf = ({ beta, status }: CatalogueEntry, bank: Bank | null): Site['status'] => {
  const scripted = bank?.script.yodlee.status ?? null
  if (scripted !== null) return scripted
  if (status === 'withdrawn') return 'Unsupported'
  return beta ? 'Beta' : 'Supported'
}

const authTypes = { none: 'CREDENTIALS', code: 'MFA_CREDENTIALS', page: 'OAUTH' } as const

const codeAsked: MfaRound[] = [{ ask: 'token', answer: '123456' }]

/** How the site behaves: as scripted, else as the bank's entry says. */
const behaviourOf = (script: YodleeScript, entry: Pick<CatalogueEntry, Followed>) => ({
  script,
  authType: script.authType ?? authTypes[entry.mfa],
  isAutoRefreshEnabled: script.isAutoRefreshEnabled ?? entry.unattended,
  historyDays: script.historyDays ?? entry.historyDays,
  mfa: script.mfa ?? (entry.mfa === 'code' ? codeAsked : []),
})

type Followed = 'mfa' | 'unattended' | 'historyDays'

const siteFrom = (world: World, entry: CatalogueEntry): Site => {
  const bank = world.banks.get(entry.bankId) ?? null
  return {
    providerId: numberOf(entry),
    name: entry.name,
    country: entry.country,
    website: entry.website,
    status: statusOf(entry, bank),
    bank,
    ...behaviourOf(bank?.script.yodlee ?? standardYodlee, entry),
  }
}

const testSitesOf = (world: World): Site[] => {
  const bank = [...world.banks.values()].find(({ script }) => script.name === bankOfTestSites)
  if (bank === undefined) return []
  return testSites.map(({ script, ...site }) => ({
    ...site,
    country: 'US',
    website: null,
    status: 'Supported',
    bank,
    ...behaviourOf({ ...bank.script.yodlee, ...script }, bank.script),
  }))
}

/** The site with this number; null when there is none. */
export const siteById = (world: World, providerId: number): Site | null => {
  const test = testSitesOf(world).find((site) => site.providerId === providerId)
  if (test !== undefined) return test
  const entry = indexOf(world).get(providerId)
  return entry === undefined ? null : siteFrom(world, entry)
}

/** The site with the bank behind it; of a generated entry the bank is made now. Null where there is none. */
export const siteToLink = (world: World, providerId: number): Site | null => {
  const entry = indexOf(world).get(providerId)
  if (entry !== undefined) bankBehind(world, 'yodlee', entry.bankId)
  return siteById(world, providerId)
}

/** How many sites there are. */
export const siteCount = (world: World): number =>
  testSitesOf(world).length + catalogueOf(world, 'yodlee').length

/** The sites from one place on; only these are built. */
export const sitesFrom = (world: World, { skip, top }: { skip: number; top: number }): Site[] => {
  const tests = testSitesOf(world)
  const entries = catalogueOf(world, 'yodlee')
  const first = Math.max(skip - tests.length, 0)
  const wanted = Math.max(top - Math.max(tests.length - skip, 0), 0)
  return [
    ...tests.slice(skip, skip + top),
    ...entries.slice(first, first + wanted).map((entry) => siteFrom(world, entry)),
  ]
}

/** The first sites whose name contains the text. */
export const sitesNamed = (world: World, text: string, max: number): Site[] => {
  const wanted = text.trim().toLowerCase()
  const fits = ({ name }: { name: string }) => name.toLowerCase().includes(wanted)
  const found = catalogueOf(world, 'yodlee').filter(fits).slice(0, max)
  return [
    ...testSitesOf(world).filter(fits),
    ...found.map((entry) => siteFrom(world, entry)),
  ].slice(0, max)
}
