/** Workflow code, bundled once into a file: workers then start without a bundler. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { bundleWorkflowCode } from '@temporalio/worker'

const workflows = path.resolve(import.meta.dirname, '../workflows')

/** Bundles `workflows/index.ts` with its converter and interceptors, and writes the code to `file`. */
export const writeWorkflowBundle = async (file: string): Promise<void> => {
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.join(workflows, 'index.ts'),
    payloadConverterPath: path.join(workflows, 'payload-converter.ts'),
    workflowInterceptorModules: [path.join(workflows, 'interceptors.ts')],
    logger: silent,
  })
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, code)
}

const ignore = () => {}
const silent = {
  log: ignore,
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
}
