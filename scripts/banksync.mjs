#!/usr/bin/env node
/** Bin of the package: the command line with the project's own Node, in the folder of whoever calls. */
import { runInstalled } from './ensure-installed.mjs'

process.exitCode = await runInstalled(
  ['scripts/banksync.ts', ...process.argv.slice(2)],
  process.cwd(),
)
