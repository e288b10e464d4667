/** A worker beside the stack's own, in the same folder and with the same crash points. */
import path from 'node:path'
import { startChild, type Child } from '../../../scripts/child.ts'
import type { Stage } from './stage.ts'

const root = path.resolve(import.meta.dirname, '../../..')

export const startSecondWorker = ({ stack, dir }: Stage): Promise<Child> =>
  startChild({
    name: 'second worker',
    command: process.execPath,
    args: [path.join(root, 'test/support/faulty-worker.ts')],
    cwd: root,
    env: { ...process.env, ...stack.env },
    logFile: path.join(dir, 'logs/second-worker.log'),
  })
