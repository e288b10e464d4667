/** Keeps the text of an element as it was written, for the few elements whose text is wanted. */
import { limits } from '../limits.ts'

/** Positions count characters from the begin of the text, which comes in pieces. */
export const createRawText = () => {
  let piece = ''
  let pieceFrom = 0
  /** What stands before the piece from the last `<` on: a tag may be cut in two. */
  let tail = ''
  let tailFrom = 0
  let begun: number | null = null
  let kept = ''

  const keepTail = (): void => {
    const last = piece.lastIndexOf('<')
    if (last >= 0) {
      tail = piece.slice(last)
      tailFrom = pieceFrom + last
    } else if (tail.length < limits.text) tail += piece
  }

  return {
    /** Tells of the next piece of text before it is read. */
    piece(text: string): void {
      if (begun !== null && kept.length < limits.text)
        kept += piece.slice(Math.max(0, begun - pieceFrom))
      keepTail()
      pieceFrom += piece.length
      piece = text
    },
    /** Position of the `<` of the start tag that ends here. */
    startOf(tagEnd: number): number {
      const end = tagEnd - pieceFrom - 1
      const found = end < 0 ? -1 : piece.lastIndexOf('<', end)
      return found < 0 ? tailFrom : pieceFrom + found
    },
    /** Keeps what begins at the start of a tag. */
    begin(from: number): void {
      begun = from
      kept = from < pieceFrom ? tail : ''
    },
    /** The element ends here; as much of it as a text may be long. */
    end(at: number): string {
      const last = piece.slice(Math.max(0, (begun ?? at) - pieceFrom), Math.max(0, at - pieceFrom))
      begun = null
      return (kept + last).slice(0, limits.text)
    },
  }
}
