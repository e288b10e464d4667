/** Keeps the text of an element as it was written, for the few elements whose text is wanted. */
import { limits } from '../limits.ts'

export class KeptText {
  /** Where it begins, or goes on, in the text that is read; -1 while nothing is kept. */
  #from = -1
  #kept = ''

  begin(from: number): void {
    this.#from = from
    this.#kept = ''
  }

  /** The text before an index is dropped: the next text begins there. */
  drop(text: string, index: number): void {
    if (this.#from < 0) return
    this.#add(text, index)
    this.#from = 0
  }

  /** As much of it as a text may be long. */
  end(text: string, to: number): string {
    this.#add(text, to)
    this.#from = -1
    return this.#kept
  }

  #add(text: string, to: number): void {
    const room = limits.text - this.#kept.length
    this.#kept += text.slice(this.#from, Math.min(to, this.#from + room))
  }
}
