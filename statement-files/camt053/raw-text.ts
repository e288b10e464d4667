/** Keeps the text of an element as it was written, for the few elements whose text is wanted. */
const longest = 10_000

/** Positions count characters from the begin of the text. */
export const createRawText = () => {
  let piece = ''
  let pieceFrom = 0
  let begun: number | null = null
  let kept = ''

  return {
    /** Tells of the next piece of text before it is read. */
    piece(text: string): void {
      if (begun !== null && kept.length < longest)
        kept += piece.slice(Math.max(0, begun - pieceFrom))
      pieceFrom += piece.length
      piece = text
    },
    /** Position of the `<` of the start tag that ends here. */
    startOf(tagEnd: number): number {
      const found = piece.lastIndexOf('<', tagEnd - pieceFrom - 1)
      return pieceFrom + Math.max(0, found)
    },
    begin(from: number): void {
      begun = from
      kept = ''
    },
    /** The element ends here; at most 10,000 characters of it. */
    end(at: number): string {
      const last = piece.slice(Math.max(0, (begun ?? at) - pieceFrom), Math.max(0, at - pieceFrom))
      begun = null
      return (kept + last).slice(0, longest)
    },
  }
}
