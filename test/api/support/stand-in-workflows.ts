/** What the worker of the API's tests runs. */
export { connection } from './stand-in-connection.ts'
export { statementImport } from './stand-in-import.ts'
