import type { Request } from 'express'
import type { DatabaseTransactionConnection } from 'slonik'
import { z } from 'zod'
import * as oneTimeSecrets from '../../db/queries/one-time-secrets.ts'
import type { Deps } from '../deps.ts'

const personTtlSeconds = 900
const userAgentMax = 500

/** Who presses the button: some banks want the address of the person present; programs relay it. */
export const personBody = z
  .strictObject({
    ip: z.union([z.ipv4(), z.ipv6()]),
    userAgent: z.string().max(userAgentMax).default(''),
  })
  .meta({ description: 'Address and browser of the person present; else those of the request' })

type Person = z.infer<typeof personBody>

/** The person named in the body, else whoever sent the request. */
export const personOf = (named: Person | undefined, request: Request): Person =>
  named ?? {
    ip: (request.ip ?? '').replace(/^::ffff:/, ''),
    userAgent: (request.get('user-agent') ?? '').slice(0, userAgentMax),
  }

/** Keeps the person encrypted beside the request of that id; nothing of a person travels through the workflow. */
export const storePerson = (
  tx: DatabaseTransactionConnection,
  { vault }: Pick<Deps, 'vault'>,
  { requestId, person }: { requestId: string; person: Person | { name: string } },
): Promise<void> =>
  oneTimeSecrets.store(
    { tx, vault },
    {
      purpose: 'person',
      id: requestId,
      value: JSON.stringify(person),
      ttlSeconds: personTtlSeconds,
    },
  )
