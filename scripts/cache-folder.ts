import { homedir } from 'node:os'
import path from 'node:path'

/** The folder for what is built or downloaded once per machine; outside the checkout, so that a new clone finds it. */
export const cacheFolder = (
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string => path.join(environment['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'banksync')
