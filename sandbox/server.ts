/** Entry of the sandbox: `node sandbox/server.ts`. Everything is set by the environment. */
import { startSandbox } from './sandbox.ts'

const portOf = (text: string | undefined, standard: number): number => {
  const port = text === undefined || text === '' ? standard : Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`not a port: ${text}`)
  return port
}

const sizeOf = (text: string | undefined, standard: number): number => {
  const size = text === undefined || text === '' ? standard : Number(text)
  if (!Number.isInteger(size) || size < 0 || size > 100_000) throw new Error(`not a size: ${text}`)
  return size
}

const { env } = process
const sandbox = await startSandbox({
  host: env['SANDBOX_HOST'] || '127.0.0.1',
  pontoPort: portOf(env['SANDBOX_PONTO_PORT'], 3101),
  ports: {
    plaid: portOf(env['SANDBOX_PLAID_PORT'], 3102),
    yodlee: portOf(env['SANDBOX_YODLEE_PORT'], 3103),
    saltedge: portOf(env['SANDBOX_SALTEDGE_PORT'], 3104),
  },
  ...(env['SANDBOX_SALTEDGE_KEYS']
    ? { saltEdgeKeys: JSON.parse(env['SANDBOX_SALTEDGE_KEYS']) }
    : {}),
  webhookUrls: {
    plaid: env['SANDBOX_PLAID_WEBHOOK_URL'] || null,
    yodlee: env['SANDBOX_YODLEE_WEBHOOK_URL'] || null,
    saltedge: env['SANDBOX_SALTEDGE_WEBHOOK_URL'] || null,
  },
  controlPort: portOf(env['SANDBOX_CONTROL_PORT'], 3109),
  stateFile: env['SANDBOX_STATE_FILE'] || null,
  webhookUrl: env['SANDBOX_WEBHOOK_URL'] || null,
  seed: env['SANDBOX_SEED'] || 'sandbox',
  catalogueSize: sizeOf(env['SANDBOX_CATALOGUE_SIZE'], 25_000),
})
const { plaid, yodlee, saltedge } = sandbox.urls
console.log(
  `sandbox: Ponto at ${sandbox.pontoUrl}, Plaid at ${plaid}, Yodlee at ${yodlee}, Salt Edge at ${saltedge}, control at ${sandbox.controlUrl}`,
)

let stopping = false
const stop = () => {
  if (stopping) return
  stopping = true
  void sandbox.stop().then(() => process.exit(0))
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
