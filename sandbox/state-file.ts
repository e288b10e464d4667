/** Keeps the world in one JSON file, so that connections go on living when the sandbox is started again. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Bank, BankAccount } from './bank.ts'
import { scriptOf, unwrittenLines } from './bank.ts'
import type { Since } from './ledger.ts'
import { Ledger } from './ledger.ts'
import type { Line } from './line.ts'
import { goOn } from './ponto/synchronize.ts'
import { watchOnboarding } from './ponto/linking.ts'
import type { SideStates } from './sides.ts'
import type { LinkedAccount, Organization, World } from './world.ts'

export interface StateFile {
  /** Fills the world from the file; tells whether there was one. */
  restore: () => boolean
  /** Saves soon; many changes are saved together. */
  changed: () => void
  /** Saves now. */
  save: () => void
}

const version = 3
const saveAfterMs = 500

type SavedAccount = Omit<BankAccount, 'booked' | 'pending'> & {
  /** Of a long history only what happened since it was made. */
  booked: Since
  pending: Line[]
}
type SavedBank = Omit<Bank, 'accounts'> & { accounts: SavedAccount[] }
type SavedOrganization = Omit<Organization, 'accounts'> & { accounts: LinkedAccount[] }

const plainMaps = [
  'codes',
  'grants',
  'accessTokens',
  'onboardings',
  'synchronizations',
  'reauthorizations',
] as const

type PlainMap = (typeof plainMaps)[number]

interface Saved extends SideStates {
  version: number
  offsetMs: number
  issued: number
  nextOwnRunMs: number
  settings: World['settings']
  banks: SavedBank[]
  organizations: SavedOrganization[]
  catalogue: World['catalogue']
  maps: { [K in PlainMap]: [string, World[K] extends Map<string, infer V> ? V : never][] }
}

const saveBank = (bank: Bank): SavedBank => ({
  ...bank,
  accounts: [...bank.accounts.values()].map((account) => ({
    ...account,
    booked:
      account.later === null ? { put: account.booked.all(), removed: [] } : account.booked.since(),
    pending: account.pending.all(),
  })),
})

const statesOf = (world: World): SideStates =>
  Object.assign({}, ...world.sides.map(({ name }) => ({ [name]: world[name] })))

const savedOf = (world: World): Saved => ({
  version,
  offsetMs: world.clock.offsetMs(),
  issued: world.issued,
  nextOwnRunMs: world.nextOwnRunMs,
  settings: world.settings,
  catalogue: world.catalogue,
  ...statesOf(world),
  banks: [...world.banks.values()].map(saveBank),
  organizations: [...world.organizations.values()].map((organization) => ({
    ...organization,
    accounts: [...organization.accounts.values()],
  })),
  maps: {
    codes: [...world.codes],
    grants: [...world.grants],
    accessTokens: [...world.accessTokens],
    onboardings: [...world.onboardings],
    synchronizations: [...world.synchronizations],
    reauthorizations: [...world.reauthorizations],
  },
})

const ledgerOf = (lines: Line[]): Ledger => {
  const ledger = new Ledger()
  ledger.load(lines)
  return ledger
}

const bookedOf = ({ booked, ...account }: SavedAccount): Ledger => {
  if (account.later === null) return ledgerOf(booked.put)
  const ledger = new Ledger(unwrittenLines(account, account.later))
  if (booked.put.length > 0) ledger.load(booked.put)
  for (const id of booked.removed) ledger.remove(id)
  return ledger
}

/** A side that is newer than the file shows the bank as it shows every bank of that name. */
const restoreBank = (world: World, { accounts, ...bank }: SavedBank): Bank => ({
  ...bank,
  script: scriptOf(world, bank.script),
  accounts: new Map(
    accounts.map((account) => [
      account.id,
      { ...account, booked: bookedOf(account), pending: ledgerOf(account.pending) },
    ]),
  ),
})

const refill = <V>(map: Map<string, V>, entries: readonly [string, V][]): void => {
  for (const [key, value] of entries) map.set(key, value)
}

/** Where events go is said anew at every start. */
const addressOf = ({ webhookUrl }: { webhookUrl: string | null }) =>
  webhookUrl === null ? {} : { webhookUrl }

const restoreInto = (world: World, saved: Saved): void => {
  const { clientId, clientSecret, applicationId, issuer, webhookUrl, catalogueSize } =
    world.settings
  world.settings = {
    ...saved.settings,
    clientId,
    clientSecret,
    applicationId,
    issuer,
    catalogueSize,
    webhookUrl: webhookUrl ?? saved.settings.webhookUrl,
  }
  for (const { name } of world.sides)
    Object.assign(world[name], { ...saved[name], ...addressOf(world[name]) })
  world.catalogue = saved.catalogue
  world.issued = saved.issued
  world.nextOwnRunMs = saved.nextOwnRunMs
  world.clock.advance(Math.max(saved.offsetMs - world.clock.offsetMs(), 0))
  for (const bank of saved.banks) world.banks.set(bank.id, restoreBank(world, bank))
  for (const { accounts, ...rest } of saved.organizations) {
    const held = new Map(accounts.map((linked) => [linked.id, linked]))
    const organization = { ...rest, accounts: held }
    world.organizations.set(rest.id, organization)
    watchOnboarding(world, organization)
  }
  refill(world.codes, saved.maps.codes)
  refill(world.grants, saved.maps.grants)
  refill(world.accessTokens, saved.maps.accessTokens)
  refill(world.onboardings, saved.maps.onboardings)
  refill(world.synchronizations, saved.maps.synchronizations)
  refill(world.reauthorizations, saved.maps.reauthorizations)
  for (const synchronization of world.synchronizations.values())
    if (synchronization.status === 'pending' || synchronization.status === 'running')
      goOn(world, synchronization)
}

/** The state file at a path; without a path nothing is kept. */
export const openStateFile = (path: string | null, world: World): StateFile => {
  let timer: NodeJS.Timeout | null = null
  const save = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (path === null) return
    mkdirSync(dirname(path), { recursive: true })
    const unfinished = `${path}.${process.pid}.tmp`
    writeFileSync(unfinished, JSON.stringify(savedOf(world)), { mode: 0o600 })
    renameSync(unfinished, path)
  }
  const restore = () => {
    if (path === null || !existsSync(path)) return false
    const saved: Saved = JSON.parse(readFileSync(path, 'utf8'))
    if (saved.version !== version)
      throw new Error(`${path} was written by another version of the sandbox; remove it`)
    restoreInto(world, saved)
    return true
  }
  const changed = () => {
    if (path !== null) timer ??= setTimeout(save, saveAfterMs).unref()
  }
  return { restore, changed, save }
}
