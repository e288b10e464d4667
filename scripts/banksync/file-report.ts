/** What `parse` tells of one file while it is read, whichever way it is written. */
import type { Language } from '../../locales/languages.ts'
import type { FilePart } from '../../statement-files/format.ts'

/** A file of which nothing can be told but why. */
export interface Unread {
  code: 'unreadable' | 'defect'
  message: string
}

export interface FileReport {
  /** Takes what was read and gives what is to be written now. */
  add: (part: FilePart) => string
  /** What is left to be written. */
  end: () => string
  /** What is written instead, or after what was written already. */
  fail: (unread: Unread) => string
}

export interface ReportOptions {
  file: string
  language: Language
}

export type OpenReport = (options: ReportOptions) => FileReport
