/** The one file the worker bundles: every workflow by name. */
export { connection } from './connection.ts'
export { refreshCatalogue, reviveOverdue, sweepExpired } from './housekeeping.ts'
export { statementImport } from './statement-import.ts'
