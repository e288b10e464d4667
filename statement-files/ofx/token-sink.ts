/** What the tokenizer tells, in the order of the file. */
export interface TokenSink {
  /** Whether a start tag with this name ends the text before it; where it need not, `isWord` decides. */
  isTag: (name: string) => boolean
  /** Whether what follows the text from `start` up to `end` is a word of it, which only looks like a tag. */
  isWord: (source: string, start: number, end: number) => boolean
  /** A start tag; names come in capitals. */
  open: (name: string) => void
  close: (name: string) => void
  /** Text before a tag, or the last part of it: from `start` up to `end` in `source`, references not replaced. */
  text: (source: string, start: number, end: number) => void
  /** A part of a text that may go on. */
  part: (source: string, start: number, end: number) => void
  /** Text in which nothing is to be replaced. */
  literal: (text: string) => void
  /** What stands between `<?` and `>`, at most the first 1,000 characters. */
  instruction: (text: string) => void
  /** A declaration of a document type or an entity. */
  declaration: (name: 'doctype' | 'entity') => void
  /** A name longer than any tag has. */
  longName: (start: string) => void
}
