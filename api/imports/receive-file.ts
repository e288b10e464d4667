/** Takes an uploaded file as it arrives: encrypted and stored in parts, never whole in memory. */
import { createHash } from 'node:crypto'
import type { Request } from 'express'
import * as statementFiles from '../../db/queries/statement-files.ts'
import { withTenant } from '../../db/tenant.ts'
import { fileBytesMax } from '../../domain/statement-import.ts'
import { prolongBodyTime } from '../body-time.ts'
import type { Deps } from '../deps.ts'
import { Problem } from '../problem.ts'

/** Bodies that hold something else than the bytes of the file. */
const otherBodies = ['json', 'multipart', 'urlencoded']

const tooLarge = (): Problem =>
  new Problem('payload-too-large', 'too_large', {
    params: { limit: `${fileBytesMax / 1024 ** 2} MB` },
  })

const empty = (): Problem =>
  new Problem('validation-failed', 'empty_file', {
    errors: [{ pointer: '/body', detail: 'empty' }],
  })

/** Refuses what can be seen to be no file before anything of it is read: 400, 413 or 415. */
export const checkFileHeaders = (request: Request): void => {
  const encoding = request.get('content-encoding') ?? 'identity'
  if (encoding.toLowerCase() !== 'identity' || typeof request.is(otherBodies) === 'string')
    throw new Problem('unsupported-media-type', 'send_file')
  const length = request.get('content-length')
  if (length === '0' || (length === undefined && request.get('transfer-encoding') === undefined))
    throw empty()
  if (Number(length ?? 0) > fileBytesMax) throw tooLarge()
}

export interface Received {
  sizeBytes: number
  sha256: Buffer
}

/** Gives the body piece by piece to `keep`, in parts of 1 MB with the rest at the end; throws 400 for none, 413 for too much. */
export const receiveFile = async (
  request: Request,
  keep: (number: number, bytes: Uint8Array) => Promise<void>,
): Promise<Received> => {
  const part = Buffer.allocUnsafe(statementFiles.partBytes)
  const hash = createHash('sha256')
  let sizeBytes = 0
  let filled = 0
  let parts = 0
  const flush = async (): Promise<void> => {
    parts += 1
    await keep(parts, part.subarray(0, filled))
    filled = 0
  }
  // leaving the loop early must not cut the connection on which the answer goes out
  const pieces: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })
  for await (const piece of pieces) {
    prolongBodyTime(request)
    sizeBytes += piece.length
    if (sizeBytes > fileBytesMax) throw tooLarge()
    hash.update(piece)
    for (let from = 0; from < piece.length;) {
      const taken = piece.copy(part, filled, from)
      filled += taken
      from += taken
      if (filled === part.length) await flush()
    }
  }
  if (sizeBytes === 0) throw empty()
  if (filled > 0) await flush()
  return { sizeBytes, sha256: hash.digest() }
}

/** Stores the body as the file with this id; whatever goes wrong, nothing of it stays. */
export const storeFile = async (
  { pool, vault }: Pick<Deps, 'pool' | 'vault'>,
  request: Request,
  { tenantId, id, name }: { tenantId: string; id: string; name: string },
): Promise<Received> => {
  await withTenant(pool, tenantId, (tx) => statementFiles.begin(tx, { id, name }))
  try {
    const received = await receiveFile(request, (number, bytes) =>
      withTenant(pool, tenantId, (tx) =>
        statementFiles.appendPart({ tx, vault }, { fileId: id, number, bytes }),
      ),
    )
    await withTenant(pool, tenantId, (tx) => statementFiles.finish(tx, { id, ...received }))
    return received
  } catch (error) {
    // what this leaves behind is swept away after a day
    await withTenant(pool, tenantId, (tx) => statementFiles.abandon(tx, id)).catch(() => undefined)
    throw error
  }
}
