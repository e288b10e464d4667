/** Fires, repeats, holds back, reorders and spoils Ponto's events. */
import { z } from 'zod'
import type { Announcement } from '../world.ts'
import type { ControlCall, ControlRoute } from './control-route.ts'
import { bodyOf, ControlRefusal, holdingsOf } from './control-route.ts'
import { given } from './line-shapes.ts'

const flawsShape = z
  .strictObject({
    ageSeconds: z.number().int().optional(),
    audience: z.string().optional(),
    issuer: z.string().optional(),
    alteredBody: z.boolean().optional(),
    foreignKey: z.boolean().optional(),
    unknownKid: z.boolean().optional(),
    algorithm: z.string().optional(),
  })
  .default({})

const wishShape = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('fire'),
    /** Without the prefix `pontoConnect.`. */
    type: z.string().min(1).max(100),
    account: z.string().optional(),
    organization: z.string().optional(),
    synchronization: z.string().optional(),
    attributes: z.record(z.string(), z.unknown()).default({}),
    flaws: flawsShape,
  }),
  z.strictObject({ action: z.literal('repeat'), id: z.string() }),
  z.strictObject({ action: z.literal('hold') }),
  z.strictObject({ action: z.literal('release'), reversed: z.boolean().default(false) }),
  z.strictObject({ action: z.literal('rotate'), keepOld: z.boolean().default(true) }),
])

type Fire = Extract<z.infer<typeof wishShape>, { action: 'fire' }>

const announcementOf = (call: ControlCall, wish: Fire): Announcement => {
  const [holding] = wish.account === undefined ? [] : holdingsOf(call.world, wish.account)
  const [first] = call.world.organizations.keys()
  const organizationId = wish.organization ?? holding?.organization.id ?? first
  if (organizationId === undefined)
    throw new ControlRefusal(404, 'nobody has linked an account yet')
  const accountId = holding?.linked.id ?? wish.account
  return {
    type: wish.type,
    organizationId,
    attributes: wish.attributes,
    ...given({ accountId, synchronizationId: wish.synchronization }),
  }
}

const act = async (call: ControlCall) => {
  const { webhooks } = call
  const wish = bodyOf(call, wishShape)
  switch (wish.action) {
    case 'fire': {
      const event = webhooks.fire(announcementOf(call, wish), wish.flaws)
      await webhooks.settled()
      return event
    }
    case 'repeat': {
      const event = webhooks.repeat(wish.id)
      if (event === null) throw new ControlRefusal(404, `no event ${wish.id}`)
      await webhooks.settled()
      return event
    }
    case 'hold':
      webhooks.hold()
      return { held: true }
    case 'release': {
      const released = webhooks.release(wish.reversed)
      await webhooks.settled()
      return { released }
    }
    case 'rotate':
      return { kid: webhooks.rotate(wish.keepOld) }
  }
}

export const webhookControlRoutes: ControlRoute[] = [
  { method: 'POST', path: '/__sim/webhooks', run: act },
  {
    method: 'GET',
    path: '/__sim/webhooks',
    run: ({ webhooks }) => ({ events: webhooks.list() }),
  },
]
