/** Tells references that come back. Most banks count them up or down through a file: while they do, none can be one that was there before. */
import { NumberSet } from './number-set.ts'
import { hashOf } from './text-hash.ts'

type Course = 'rising' | 'falling'

export class SeenReferences {
  #last = ''
  #course: Course | null = null
  /** Of the references while they keep their course: looking each up in a set takes ten times as long. */
  #hashes = new Float64Array(64)
  #count = 0
  #set: NumberSet | null = null

  /** Takes the next reference; false where it was there already. */
  add(reference: string): boolean {
    const hash = hashOf(reference)
    if (this.#set === null && !this.#goesOn(reference)) this.#set = this.#setOfHashes()
    if (this.#set !== null) return this.#set.add(hash)
    this.#keep(hash)
    this.#last = reference
    return true
  }

  #goesOn(reference: string): boolean {
    if (this.#count === 1) this.#course = reference > this.#last ? 'rising' : 'falling'
    return (
      this.#count === 0 ||
      (this.#course === 'rising' ? reference > this.#last : reference < this.#last)
    )
  }

  #keep(hash: number): void {
    if (this.#count === this.#hashes.length) {
      const held = this.#hashes
      this.#hashes = new Float64Array(held.length * 2)
      this.#hashes.set(held)
    }
    this.#hashes[this.#count] = hash
    this.#count += 1
  }

  #setOfHashes(): NumberSet {
    const set = new NumberSet()
    for (const hash of this.#hashes.subarray(0, this.#count)) set.add(hash)
    this.#hashes = new Float64Array(0)
    return set
  }
}
