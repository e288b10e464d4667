/** Composition root of the worker that can be made to die or freeze at a named point. */
import { runWorker } from '../../activities/worker.ts'
import { createReach } from './crash-point.ts'

const file = process.env['CRASH_POINT_FILE']
if (file === undefined) throw new Error('CRASH_POINT_FILE must name a file')
await runWorker(createReach(file))
