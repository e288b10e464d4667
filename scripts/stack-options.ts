/** What a stack is asked for, and what its parts share while it starts. */
import type { DevFolder } from './dev-folder.ts'
import type { StackPorts } from './stack-ports.ts'
import type { StackProcess, UnexpectedEnd } from './stack-process.ts'

export type ProgramName = 'sandbox' | 'worker' | 'api'

export interface StackOptions {
  /** Folder of everything this stack keeps: rows, workflows, logs, ports, secrets. */
  dir: string
  /** Removes what an earlier stack kept there. */
  fresh?: boolean
  ports?: 'remembered' | 'random'
  /** Administrator's address of a PostgreSQL that runs already; the database it names is the product's. */
  databaseUrl?: string | undefined
  /** Address of a Temporal that runs already. */
  temporalAddress?: string | undefined
  /** Other entry files, relative to the root of the checkout. */
  entries?: Readonly<Partial<Record<ProgramName, string>>>
  /** Additions to the environment of sandbox, worker and API. */
  environment?: Readonly<Record<string, string>>
  log?: (line: string) => void
  /** Called with every line that sandbox, worker and API print. */
  onLine?: (name: string, line: string) => void
  /** Called when a program ends without having been asked to. */
  onUnexpectedEnd?: (end: UnexpectedEnd) => void
}

/** What the parts of a starting stack share. */
export interface Starting {
  options: StackOptions
  folder: DevFolder
  ports: StackPorts
  /** Takes note of a program that runs, so that it is ended with the others. */
  add: (process: StackProcess) => void
}
