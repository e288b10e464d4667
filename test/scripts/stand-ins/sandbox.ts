/** Answers on both ports of the sandbox. */
import { createServer } from 'node:http'

for (const key of ['SANDBOX_PONTO_PORT', 'SANDBOX_CONTROL_PORT']) {
  createServer((_, response) => response.end('{}')).listen(Number(process.env[key]), '127.0.0.1')
}
