/** Fires, repeats, holds back, reorders and spoils Plaid's events. */
import { z } from 'zod'
import type { ControlCall, ControlRoute } from '../control/control-route.ts'
import { bodyOf, ControlRefusal } from '../control/control-route.ts'
import { given } from '../control/line-shapes.ts'
import { named, struckBy } from './control-items.ts'
import { rotateKeys } from './keys.ts'
import { eventsSettled, fireEvent, holdEvents, releaseEvents, repeatEvent } from './webhooks.ts'

const flawsShape = z.strictObject({
  ageSeconds: z.number().int().optional(),
  alteredBody: z.boolean().optional(),
  foreignKey: z.boolean().optional(),
  unknownKid: z.boolean().optional(),
  algorithm: z.string().optional(),
})

const wishShape = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('fire'),
    type: z.string().min(1).max(100).default('TRANSACTIONS'),
    code: z.string().min(1).max(100),
    ...named,
    fields: z.record(z.string(), z.unknown()).default({}),
    flaws: flawsShape.default({}),
  }),
  z.strictObject({ action: z.literal('repeat'), id: z.string() }),
  z.strictObject({ action: z.literal('hold') }),
  z.strictObject({ action: z.literal('release'), reversed: z.boolean().default(false) }),
  /** The next events are sent with these flaws. */
  z.strictObject({
    action: z.literal('corrupt'),
    flaws: flawsShape,
    times: z.number().int().min(1).max(100).default(1),
  }),
  z.strictObject({ action: z.literal('rotate'), keepOld: z.boolean().default(true) }),
])

type Fire = Extract<z.infer<typeof wishShape>, { action: 'fire' }>

const fire = async ({ world }: ControlCall, wish: Fire) => {
  const { type, code, flaws, fields, ...who } = wish
  const isNamed = who.connection !== undefined || who.account !== undefined
  const [item] = isNamed
    ? struckBy(world, who).map((each) => each.item)
    : Object.values(world.plaid.items).filter(({ gone }) => !gone)
  const about = item === undefined ? {} : { item_id: item.id }
  const webhook = item?.webhook ?? null
  const event = fireEvent(
    world,
    { type, code, fields: { ...about, ...fields }, webhook },
    given(flaws),
  )
  await eventsSettled(world)
  return event
}

const act = async (call: ControlCall) => {
  const { world } = call
  const wish = bodyOf(call, wishShape)
  switch (wish.action) {
    case 'fire':
      return fire(call, wish)
    case 'repeat': {
      const event = repeatEvent(world, wish.id)
      if (event === null) throw new ControlRefusal(404, `no event ${wish.id}`)
      await eventsSettled(world)
      return event
    }
    case 'hold':
      holdEvents(world)
      return { held: true }
    case 'release': {
      const released = releaseEvents(world, wish.reversed)
      await eventsSettled(world)
      return { released }
    }
    case 'corrupt':
      for (let count = 0; count < wish.times; count += 1) world.plaid.flaws.push(given(wish.flaws))
      return { waiting: world.plaid.flaws }
    case 'rotate':
      return { kid: rotateKeys(world, wish.keepOld) }
  }
}

/** The control routes of events. */
export const eventControl: ControlRoute[] = [
  {
    method: 'GET',
    path: '/__sim/plaid/webhooks',
    run: ({ world }) => ({ events: world.plaid.events }),
  },
  { method: 'POST', path: '/__sim/plaid/webhooks', run: act },
]
