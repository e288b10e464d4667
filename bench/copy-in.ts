/** `COPY … FROM STDIN` over an ordinary connection, as bare as the protocol allows. */
import type { Client, Submittable } from 'pg'

/** The part of pg's connection that the protocol of COPY needs and its types leave out. */
interface CopyConnection {
  query: (text: string) => void
  sendCopyFromChunk: (chunk: Buffer) => void
  endCopyFrom: () => void
}

class CopyIn implements Submittable {
  readonly #text: string
  readonly #rows: Buffer
  readonly callback: (error: Error | null) => void

  constructor(text: string, rows: Buffer, callback: (error: Error | null) => void) {
    this.#text = text
    this.#rows = rows
    this.callback = callback
  }

  submit(connection: unknown): void {
    // oxlint-disable-next-line no-unsafe-type-assertion -- see CopyConnection
    const { query } = connection as CopyConnection
    query.call(connection, this.#text)
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.#rows)
    connection.endCopyFrom()
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.callback(null)
  }

  handleError(error: Error): void {
    this.callback(error)
  }
}

/** Sends rows in COPY's text format; resolves when the server has taken them. */
export const copyIn = (client: Client, text: string, rows: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    client.query(
      new CopyIn(text, rows, (error) => {
        if (error === null) resolve()
        else reject(error)
      }),
    )
  })

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}

/** A column of a row as our tables have them. */
export type Field = string | number | Buffer | null | undefined

const field = (value: Field): string => {
  if (value === null || value === undefined) return '\\N'
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`
  return String(value).replaceAll(/[\\\t\n\r]/g, (sign) => escapes[sign] ?? sign)
}

/** Rows in COPY's text format. */
export const copyRows = (rows: readonly (readonly Field[])[]): Buffer =>
  Buffer.from(rows.map((row) => `${row.map(field).join('\t')}\n`).join(''))
