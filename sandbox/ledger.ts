/** The lines of one account in the order in which Ponto shows them: newest first, with a little disorder. */
import { sumDecimals } from './decimal.ts'
import type { Line } from './line.ts'

export interface Page {
  lines: Line[]
  hasOlder: boolean
  hasNewer: boolean
}

export interface PageRequest {
  limit: number
  after: string | null
  before: string | null
}

interface Place {
  day: number
  sequence: number
}

const dayMs = 86_400_000
const belowAll = 1e9

/** One line in eleven stands below the lines of the day before, because no order by date is promised. */
const placeOf = ({ id, bookedOn, sequence }: Line): Place => {
  const day = Date.parse(bookedOn) / dayMs
  const strays = Number.parseInt(id.slice(0, 8), 16) % 11 === 0
  return strays ? { day: day - 1, sequence: sequence - belowAll } : { day, sequence }
}

const order = (one: Place, other: Place): number =>
  other.day - one.day || other.sequence - one.sequence

/** Lines that a rule makes when somebody asks for the first time. */
export interface Unwritten {
  count: number
  make: () => Line[]
}

/** What happened to a ledger since its unwritten lines were made. */
export interface Since {
  put: Line[]
  removed: string[]
}

/** Lines of one status, kept sorted so that a page costs no more than its own length. */
export class Ledger {
  readonly #known = new Map<string, { line: Line; place: Place }>()
  #shown: { line: Line; place: Place }[] = []
  #sum: string | null = null
  #revision = 0
  #unwritten: Unwritten | null
  /** Ids that were put or removed since the unwritten lines were made. */
  readonly #touched = new Set<string>()

  constructor(unwritten: Unwritten | null = null) {
    this.#unwritten = unwritten
  }

  get #byId(): Map<string, { line: Line; place: Place }> {
    const unwritten = this.#unwritten
    this.#unwritten = null
    if (unwritten !== null) {
      this.load(unwritten.make())
      this.#touched.clear()
    }
    return this.#known
  }

  /** Whether nobody has asked for the unwritten lines yet. */
  get isUnwritten(): boolean {
    return this.#unwritten !== null
  }

  /** Lines that were put and ids that were removed since the unwritten lines were made. */
  since(): Since {
    const touched = this.isUnwritten ? [] : [...this.#touched]
    return {
      put: touched.flatMap((id) => this.#known.get(id)?.line ?? []),
      removed: touched.filter((id) => !this.#known.has(id)),
    }
  }

  /** Grows with every change, so that what was derived from the lines is known to be old. */
  get revision(): number {
    return this.#revision
  }

  /** Adds many lines with one sort. */
  load(lines: readonly Line[]): void {
    this.#revision += 1
    const known = this.#byId
    for (const line of lines) {
      known.set(line.id, { line, place: placeOf(line) })
      this.#touched.add(line.id)
    }
    this.#shown = [...known.values()]
      .filter(({ line }) => !line.hidden)
      .toSorted((one, other) => order(one.place, other.place))
    this.#sum = null
  }

  /** Adds a line or replaces the one with its id. */
  put(line: Line): void {
    this.remove(line.id)
    this.#revision += 1
    this.#sum = null
    const entry = { line, place: placeOf(line) }
    this.#byId.set(line.id, entry)
    this.#touched.add(line.id)
    if (!line.hidden) this.#shown.splice(this.#position(entry.place), 0, entry)
  }

  /** Takes a line out; tells whether it was there. */
  remove(id: string): boolean {
    const entry = this.#byId.get(id)
    if (entry === undefined) return false
    this.#revision += 1
    this.#byId.delete(id)
    this.#touched.add(id)
    this.#sum = null
    if (!entry.line.hidden) this.#shown.splice(this.#position(entry.place), 1)
    return true
  }

  find(id: string): Line | undefined {
    return this.#byId.get(id)?.line
  }

  /** Every line, hidden ones too, in no particular order. */
  all(): Line[] {
    return [...this.#byId.values()].map(({ line }) => line)
  }

  /** Every line that is shown, newest first. */
  shown(): Line[] {
    return this.#byId.size === 0 ? [] : this.#shown.map(({ line }) => line)
  }

  get size(): number {
    return this.#unwritten?.count ?? this.#known.size
  }

  /** Exact sum of all lines, hidden ones too: hiding a row does not change a balance. */
  sum(): string {
    const lines = this.#sum === null ? this.all() : []
    this.#sum ??= sumDecimals(lines.map(({ amount }) => amount))
    return this.#sum
  }

  /** A page below `after` or above `before`; null when the line it starts from is not known. */
  page({ limit, after, before }: PageRequest): Page | null {
    const mark = after ?? before
    const known = this.#byId
    const entry = mark === null ? null : known.get(mark)
    if (entry === undefined) return null
    const position = entry === null ? 0 : this.#position(entry.place)
    const above = mark === after
    // a hidden line marks a place without taking one
    const below = position + (entry === null || entry.line.hidden ? 0 : 1)
    const first = above ? below : Math.max(position - limit, 0)
    const last = above ? first + limit : position
    return {
      lines: this.#shown.slice(first, last).map(({ line }) => line),
      hasOlder: last < this.#shown.length,
      hasNewer: first > 0,
    }
  }

  #position(place: Place): number {
    let low = 0
    let high = this.#shown.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const there = this.#shown[middle]
      if (there !== undefined && order(there.place, place) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
