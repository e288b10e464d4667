/** A set of whole numbers that costs eight to sixteen bytes for each: half a million references must stay cheap. */

/** Drawn anew in every process: no file can be written so that its references crowd into the same slots. */
const odd = (): number => Math.floor(Math.random() * 2 ** 31) * 2 + 1
const [lowFactor, highFactor] = [odd(), odd()]

export class NumberSet {
  #bits = 6
  #slots = new Float64Array(2 ** this.#bits).fill(-1)
  #size = 0

  /** Adds a number that is not negative; false where it was there already. */
  add(value: number): boolean {
    const slot = this.#slotOf(value)
    if (this.#slots[slot] === value) return false
    this.#slots[slot] = value
    this.#size += 1
    if (this.#size * 2 > this.#slots.length) this.#grow()
    return true
  }

  #slotOf(value: number): number {
    const mask = this.#slots.length - 1
    // imul takes the lower 32 bits of what it is given
    const low = Math.imul(value, lowFactor)
    const high = Math.imul(value / 2 ** 32, highFactor)
    let slot = ((low + high) >>> 0) >>> (32 - this.#bits)
    for (let held = this.#slots[slot]; held !== -1 && held !== value; held = this.#slots[slot])
      slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const held = this.#slots
    this.#bits += 1
    this.#slots = new Float64Array(2 ** this.#bits).fill(-1)
    for (let at = 0; at < held.length; at += 1) {
      const value = held[at] ?? -1
      if (value !== -1) this.#slots[this.#slotOf(value)] = value
    }
  }
}
