/** Uploading a file the way a program does, and looking at what reached its workflow. */
import { statementImportWorkflowId } from '../../../domain/statement-import.ts'
import type { Received } from './stand-in-connection.ts'
import type { TestTenant, World } from './world.ts'

export interface Import {
  id: string
  state: string
  revision: number
  file: { name: string; sizeBytes: number; sha256: string }
  options: Record<string, unknown>
}

export interface Upload {
  path?: string
  body?: string | Buffer
  headers?: Record<string, string>
  tenant?: TestTenant
}

/** Sends a file as the body. */
export const upload = async (
  world: World,
  { path = '/v1/imports', body = 'a statement', headers = {}, tenant = world.a }: Upload = {},
) => {
  const response = await fetch(`${world.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tenant.key}`,
      'content-type': 'application/octet-stream',
      ...headers,
    },
    body,
  })
  const answer: Import & { code: string } = JSON.parse(await response.text())
  return { status: response.status, headers: response.headers, body: answer }
}

/** The workflow of an import. */
export const importWorkflow = (world: World, id: string) =>
  world.temporal.workflow.getHandle(statementImportWorkflowId(id))

/** The messages that reached it so far, in order. */
export const receivedByImport = (world: World, id: string): Promise<Received[]> =>
  importWorkflow(world, id).query<Received[]>('received')
