/** Faults that wait for the next calls. */
export interface Fault {
  /** Short name of an endpoint, or `any`. */
  endpoint: string
  mode:
    | 'error'
    | 'delay'
    | 'hang'
    | 'reset'
    | 'truncate'
    | 'html'
    | 'lost'
    | 'foreignNext'
    | 'garbage'
    | 'words'
  /** How many calls it strikes. */
  times: number
  /** How many matching calls it lets pass first. */
  skip: number
  delayMs: number
  status: number | null
  code: string | null
  body: unknown
  contentType: string | null
  headers: Record<string, string>
  /** Strikes only calls whose path contains this. */
  pathContains: string | null
}

const faultsMax = 1000

/** The list of faults, first come first served. */
export class Faults {
  #waiting: Fault[] = []

  /** Puts a fault at the end of the list; throws RangeError when there are too many. */
  add(fault: Fault): void {
    if (this.#waiting.length >= faultsMax) throw new RangeError('too many faults are waiting')
    this.#waiting.push({ ...fault })
  }

  /** The fault that strikes this call, if any; it is used up by that. */
  take(endpoint: string, path: string): Fault | null {
    const fault = this.#waiting.find(
      ({ endpoint: wanted, pathContains }) =>
        (wanted === 'any' || wanted === endpoint) &&
        (pathContains === null || path.includes(pathContains)),
    )
    if (fault === undefined) return null
    if (fault.skip > 0) {
      fault.skip -= 1
      return null
    }
    fault.times -= 1
    if (fault.times <= 0) this.#waiting = this.#waiting.filter((other) => other !== fault)
    return fault
  }

  list(): Fault[] {
    return this.#waiting.map((fault) => ({ ...fault }))
  }

  clear(): void {
    this.#waiting = []
  }
}
