/** Writes dist/workflow-bundle.js, which production workers load (WORKFLOW_BUNDLE). */
import path from 'node:path'
import { writeWorkflowBundle } from './workflow-bundle.ts'

const file = path.resolve(import.meta.dirname, '../dist/workflow-bundle.js')
await writeWorkflowBundle(file)
console.log(`Workflow bundle written: ${file}`)
