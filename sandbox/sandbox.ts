/** The sandbox: a Ponto that speaks the real protocol, scripted banks, and a port to control them. */
import { keepOwnSchedule } from './ponto/synchronize.ts'
import { controlListener } from './control/server.ts'
import { unchangedCatalogue } from './catalogue.ts'
import { startClock } from './clock.ts'
import { close, listen } from './http.ts'
import { pontoListener } from './ponto/server.ts'
import { openWebhooks } from './ponto/webhooks.ts'
import { plainBanks } from './banks/plain-banks.ts'
import { scriptedBanks } from './banks/scripted-banks.ts'
import { Faults } from './faults.ts'
import type { Observer } from './observe.ts'
import { RequestLog } from './request-log.ts'
import type { Keys } from './saltedge/state.ts'
import type { SideName, SideStates } from './sides.ts'
import { sides } from './sides.ts'
import { openStateFile } from './state-file.ts'
import type { Settings, World } from './world.ts'

export interface SandboxOptions extends Partial<Settings> {
  host?: string
  /** Port of Ponto's side; 0 or nothing takes a free one. */
  pontoPort?: number
  /** Ports of the other providers' sides; 0 or nothing takes a free one. */
  ports?: Partial<Record<SideName, number>>
  /** Where the other providers send their events. */
  webhookUrls?: Partial<Record<SideName, string | null>>
  /** Keys of Salt Edge and of its client; nothing makes new ones. */
  saltEdgeKeys?: Keys
  /** Told of everything that goes over the wire. */
  observe?: Observer
  /** Port of the control routes; 0 or nothing takes a free one. */
  controlPort?: number
  /** File that keeps the state over a restart; nothing keeps it in memory only. */
  stateFile?: string | null
  /** What the virtual clock says at the start, as ISO text; nothing takes the wall clock. */
  startAt?: string
}

export interface Sandbox {
  /** Address of Ponto's side; the API is below `/ponto-connect`. */
  pontoUrl: string
  /** Addresses of the other providers' sides. */
  urls: Record<SideName, string>
  controlUrl: string
  /** Saves the state, ends every open connection and both servers. */
  stop(): Promise<void>
}

const ownRunEveryMs = 6 * 60 * 60 * 1000

const standard: Settings = {
  seed: 'sandbox',
  clientId: 'sandbox-client',
  clientSecret: 'sandbox-secret',
  applicationId: 'sandbox-application',
  issuer: 'https://api.ibanity.com',
  webhookUrl: null,
  defaultSyncMs: 1500,
  accessTokenSeconds: 1800,
  refreshTokenDays: 28,
  refreshReuse: 'refuse',
  synchronizationGapMs: 5 * 60 * 1000,
  catalogueSize: 0,
}

const settingsOf = (options: SandboxOptions): Settings => {
  const known = Object.keys(standard)
  const chosen = Object.entries(options).filter(
    ([name, value]) => known.includes(name) && value !== undefined,
  )
  return { ...standard, ...Object.fromEntries(chosen) }
}

const freshSides = ({ webhookUrls, saltEdgeKeys }: SandboxOptions): SideStates => {
  const given = ({ name }: { name: SideName }) => ({ webhookUrl: webhookUrls?.[name] ?? null })
  const fresh = sides.map((side) => ({ [side.name]: { ...side.freshState(), ...given(side) } }))
  const states: SideStates = Object.assign({}, ...fresh)
  states.saltedge.keys = saltEdgeKeys ?? null
  return states
}

const emptyWorld = (options: SandboxOptions): World => {
  const aheadMs = options.startAt === undefined ? 0 : Date.parse(options.startAt) - Date.now()
  const clock = startClock(aheadMs)
  return {
    settings: settingsOf(options),
    clock,
    faults: new Faults(),
    log: new RequestLog(),
    banks: new Map(),
    organizations: new Map(),
    codes: new Map(),
    grants: new Map(),
    accessTokens: new Map(),
    onboardings: new Map(),
    synchronizations: new Map(),
    reauthorizations: new Map(),
    catalogue: unchangedCatalogue(),
    sides,
    ...freshSides(options),
    nextOwnRunMs: clock.now() + ownRunEveryMs,
    issued: 0,
    changed: () => undefined,
    observe: options.observe ?? (() => undefined),
    announce: () => undefined,
  }
}

/** Puts the shipped banks into the world, and nothing else. */
const found = (world: World): void => {
  const founding = { sides, seed: world.settings.seed, nowMs: world.clock.now() }
  for (const bank of [...scriptedBanks(founding), ...plainBanks(founding)])
    world.banks.set(bank.id, bank)
}

/** What happens by the clock alone, at every provider. */
const resume = (world: World): void => {
  keepOwnSchedule(world)
  for (const side of sides) side.resume(world)
}

const reset = (world: World, options: SandboxOptions): void => {
  for (const map of [
    world.banks,
    world.organizations,
    world.codes,
    world.grants,
    world.accessTokens,
    world.onboardings,
    world.synchronizations,
    world.reauthorizations,
  ])
    map.clear()
  Object.assign(world, freshSides(options))
  world.catalogue = unchangedCatalogue()
  world.faults.clear()
  world.log.clear()
  world.issued = 0
  world.clock.reset()
  world.settings = settingsOf(options)
  world.nextOwnRunMs = world.clock.now() + ownRunEveryMs
  found(world)
  resume(world)
  world.changed()
}

/** Starts both servers; resolves when they listen. */
export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const world = emptyWorld(options)
  const webhooks = openWebhooks(world)
  world.announce = webhooks.announce
  const stateFile = openStateFile(options.stateFile ?? null, world)
  if (!stateFile.restore()) found(world)
  resume(world)
  world.changed = stateFile.changed
  world.changed()
  const host = options.host ?? '127.0.0.1'
  const ponto = await listen(pontoListener(world, webhooks), {
    host,
    port: options.pontoPort ?? 0,
  })
  const others = await Promise.all(
    sides.map(async (side) => {
      const port = options.ports?.[side.name] ?? 0
      return [side.name, await listen(side.listener(world), { host, port })] as const
    }),
  )
  const control = await listen(
    controlListener({ world, webhooks, reset: () => reset(world, options) }),
    { host, port: options.controlPort ?? 0 },
  )
  const stop = async () => {
    const servers = [ponto, control, ...others.map(([, each]) => each)]
    await Promise.all(servers.map(({ server }) => close(server)))
    world.clock.stop()
    stateFile.save()
  }
  const urls: Sandbox['urls'] = Object.assign(
    {},
    ...others.map(([name, { url }]) => ({ [name]: url })),
  )
  return { pontoUrl: ponto.url, urls, controlUrl: control.url, stop }
}
