/** Owns a folder until it is killed: with a stack of stand-ins where servers are named, else only by its claim. */
import { claimFolder } from '../../../scripts/dev-folder.ts'
import { startStack } from '../../../scripts/stack.ts'

const [dir = '', databaseUrl, temporalAddress, appUrl = ''] = process.argv.slice(2)
if (databaseUrl === undefined) await claimFolder(dir)
else {
  const entries = {
    sandbox: 'test/scripts/stand-ins/sandbox.ts',
    worker: 'test/scripts/stand-ins/worker.ts',
    api: 'test/scripts/stand-ins/api.ts',
  }
  const { processes, urls } = await startStack({
    dir,
    ports: 'random',
    databaseUrl,
    temporalAddress,
    entries,
    // the role belongs to the server: another password would lock out every other user of it
    environment: { DATABASE_URL: appUrl },
  })
  const pids = [processes.api.pid, processes.worker.pid, processes.sandbox.pid]
  process.stdout.write(JSON.stringify({ pids, api: urls.api }))
}
setInterval(() => {}, 1_000)
