/** Ends a program when we are gone, however that happened; for test runs, which nobody cleans up after. */
import { spawn } from 'node:child_process'
import type { Child } from './child.ts'

const script = `
while kill -0 "$1" 2>/dev/null && kill -0 "$2" 2>/dev/null; do sleep 1; done
kill -INT "$2" 2>/dev/null
[ -z "$3" ] || { while kill -0 "$2" 2>/dev/null; do sleep 1; done; rm -rf "$3"; }
`

/** Watches from a process of its own; `folder` is removed once a program that we left behind is gone. */
export const guard = (child: Child, folder = ''): void => {
  const own = String(process.pid)
  spawn('/bin/sh', ['-c', script, 'guard', own, String(child.pid), folder], {
    stdio: 'ignore',
    detached: true,
  }).unref()
}
