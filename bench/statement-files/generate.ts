/** Statement files of any length in every format: the same bytes for the same format and count, free of problems. */
import type { Format } from '../../statement-files/detect.ts'
import { camt053File } from './camt053.ts'
import { codaFile } from './coda.ts'
import { csvFile } from './csv.ts'
import { ofxFile } from './ofx.ts'
import { qifFile } from './qif.ts'

interface Generated {
  /** The text in pieces. */
  file: (count: number) => Iterable<string>
  encoding: 'utf8' | 'latin1'
}

const generators: Readonly<Record<Format, Generated>> = {
  csv: { file: csvFile, encoding: 'utf8' },
  // the character set that its header names
  ofx: { file: ofxFile, encoding: 'latin1' },
  qif: { file: qifFile, encoding: 'utf8' },
  camt053: { file: camt053File, encoding: 'utf8' },
  // one byte a letter, as banks write it: its fields have places in a record
  coda: { file: codaFile, encoding: 'latin1' },
}

/** A file with so many lines. */
export const bytesOf = (format: Format, count: number): Buffer => {
  const { file, encoding } = generators[format]
  return Buffer.from([...file(count)].join(''), encoding)
}
