/** Puts the pieces of a text together: what could not be read of one is read again with the next. */

/** More is not looked at in one go. */
const pieceLength = 64 * 1024

export interface Piece {
  text: string
  /** Characters at the end that mean something else together with what follows. */
  heldBack: number
  /** Whether the next character is a `<`, which ends a text. */
  isBeforeTag: boolean
}

const isHalf = (code: number): boolean => code >= 0xd800 && code < 0xdc00

export class Pieces {
  readonly #read: (piece: Piece) => number
  #rest = ''
  /** What has no end yet is looked at again when there is twice as much of it. */
  #worthReading = 0

  /** `read` returns how many characters of a piece it has read. */
  constructor(read: (piece: Piece) => number) {
    this.#read = read
  }

  write(text: string): void {
    for (let from = 0; from < text.length; from += pieceLength) {
      const piece = text.slice(from, from + pieceLength)
      // only the few characters up to the next tag are copied to those that are left
      const tag = this.#rest === '' ? 0 : piece.indexOf('<')
      if (tag > 0) this.#add(piece.slice(0, tag), true)
      this.#add(tag > 0 ? piece.slice(tag) : piece, false)
    }
  }

  /** What is not read yet, now that no more text follows. */
  last(): Piece {
    return { text: this.#rest, heldBack: 0, isBeforeTag: false }
  }

  #add(added: string, isBeforeTag: boolean): void {
    const text = this.#rest === '' ? added : this.#rest + added
    this.#rest = text
    if (text.length < this.#worthReading) return
    const heldBack = isHalf(text.charCodeAt(text.length - 1)) ? 1 : 0
    this.#rest = text.slice(this.#read({ text, heldBack, isBeforeTag }))
    this.#worthReading = 2 * this.#rest.length
  }
}
