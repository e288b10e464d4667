/** Fires, repeats, holds back and spoils Salt Edge's callbacks. */
import { z } from 'zod'
import type { ControlCall, ControlRoute } from '../control/control-route.ts'
import { bodyOf, ControlRefusal } from '../control/control-route.ts'
import { fire, hold, listCallbacks, release, repeat, settled } from './callbacks.ts'
import { callbackTypes } from './state.ts'

const flawsShape = z
  .strictObject({
    ageSeconds: z.number().int().optional(),
    alteredBody: z.boolean().optional(),
    foreignKey: z.boolean().optional(),
    bodyOnly: z.boolean().optional(),
    signedUrl: z.string().optional(),
    algorithm: z.enum(['RSA-SHA256', 'RSA-SHA1']).optional(),
    unsigned: z.boolean().optional(),
    keyVersion: z.string().max(20).optional(),
  })
  .default({})

const wishShape = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('fire'),
    type: z.enum(callbackTypes),
    /** May be one that does not exist yet; nothing takes the first there is. */
    connection: z.string().nullable().optional(),
    /** More members of `data`, or others than those that are made up. */
    data: z.record(z.string(), z.unknown()).default({}),
    flaws: flawsShape,
  }),
  z.strictObject({ action: z.literal('repeat'), id: z.string() }),
  z.strictObject({ action: z.literal('hold') }),
  z.strictObject({ action: z.literal('release'), reversed: z.boolean().default(false) }),
  z.strictObject({
    action: z.literal('corrupt'),
    type: z.enum(callbackTypes).default('success'),
    connection: z.string().nullable().optional(),
  }),
])

type Wish = z.infer<typeof wishShape>
type Fire = Extract<Wish, { action: 'fire' }>

const dataOf = (
  { world }: ControlCall,
  { type, connection: wanted, data }: Omit<Fire, 'flaws'>,
) => {
  const { connections, customers } = world.saltedge
  const [first] = Object.values(connections)
  const id = wanted === undefined ? first?.id : (wanted ?? undefined)
  const customerId = connections[id ?? '']?.customerId ?? Object.keys(customers)[0]
  const usual: Record<string, Record<string, unknown>> = {
    success: { custom_fields: {}, stage: 'finish' },
    failure: {
      custom_fields: {},
      error_class: 'ProviderError',
      error_message: 'A scripted failure.',
    },
    notify: { custom_fields: {}, stage: 'fetch_recent' },
  }
  return { connection_id: id, customer_id: customerId, ...usual[type], ...data }
}

const fired = async (call: ControlCall, wish: Omit<Fire, 'action'>) => {
  const { type, flaws } = wish
  const event = fire(call.world, { type, data: dataOf(call, { ...wish, action: 'fire' }) }, flaws)
  await settled(call.world)
  return event
}

const act = async (call: ControlCall) => {
  const { world } = call
  const wish = bodyOf(call, wishShape)
  switch (wish.action) {
    case 'fire':
      return fired(call, wish)
    case 'corrupt':
      return fired(call, { ...wish, data: {}, flaws: { alteredBody: true } })
    case 'repeat': {
      const event = repeat(world, wish.id)
      if (event === null) throw new ControlRefusal(404, `no callback ${wish.id}`)
      await settled(world)
      return event
    }
    case 'hold':
      hold(world)
      return { held: true }
    case 'release': {
      const released = release(world, wish.reversed)
      await settled(world)
      return { released }
    }
  }
}

export const callbackControl: ControlRoute[] = [
  { method: 'POST', path: '/__sim/saltedge/webhooks', run: act },
  {
    method: 'GET',
    path: '/__sim/saltedge/webhooks',
    run: async ({ world }) => {
      await settled(world)
      return { events: listCallbacks(world) }
    },
  },
]
