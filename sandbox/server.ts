/** Entry of the sandbox: `node sandbox/server.ts`. Everything is set by the environment. */
import { startSandbox } from './sandbox.ts'
import type { SideName } from './sides.ts'
import { sides } from './sides.ts'

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

const firstPort = 3102

/** One value for each side, by its name in capitals and its place in the list. */
const bySide = <Value>(value: (name: string, place: number) => Value): Record<SideName, Value> =>
  Object.assign(
    {},
    ...sides.map(({ name }, place) => ({ [name]: value(name.toUpperCase(), place) })),
  )

const { env } = process
const sandbox = await startSandbox({
  host: env['SANDBOX_HOST'] || '127.0.0.1',
  pontoPort: portOf(env['SANDBOX_PONTO_PORT'], 3101),
  ports: bySide((name, place) => portOf(env[`SANDBOX_${name}_PORT`], firstPort + place)),
  ...(env['SANDBOX_SALTEDGE_KEYS']
    ? { saltEdgeKeys: JSON.parse(env['SANDBOX_SALTEDGE_KEYS']) }
    : {}),
  webhookUrls: bySide((name) => env[`SANDBOX_${name}_WEBHOOK_URL`] || null),
  controlPort: portOf(env['SANDBOX_CONTROL_PORT'], 3109),
  stateFile: env['SANDBOX_STATE_FILE'] || null,
  webhookUrl: env['SANDBOX_WEBHOOK_URL'] || null,
  seed: env['SANDBOX_SEED'] || 'sandbox',
  catalogueSize: sizeOf(env['SANDBOX_CATALOGUE_SIZE'], 25_000),
})
const others = sides.map(({ name, title }) => `${title} at ${sandbox.urls[name]}`)
console.log(
  `sandbox: Ponto at ${sandbox.pontoUrl}, ${others.join(', ')}, control at ${sandbox.controlUrl}`,
)

let stopping = false
const stop = () => {
  if (stopping) return
  stopping = true
  void sandbox.stop().then(() => process.exit(0))
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
