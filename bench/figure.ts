/** One measured number, what it is compared with, and what was hoped for. */
export interface Goal {
  kind: 'at least' | 'at most'
  value: number
}

export interface Figure {
  what: string
  /** Such as "×", "ms" or "events". */
  unit: string
  measured: number
  /** The middle half of the rounds lies between these. */
  low: number
  high: number
  /** Absent where a number only explains another. */
  goal?: Goal
}

/** Measures one thing and prints how it goes; rejects only when something broke. */
export type Measurement = (log: (line: string) => void) => Promise<Figure[]>

/** The value below which a share (0 to 1) of the numbers lies. */
export const quantile = (numbers: readonly number[], share: number): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}

/** The figure of many rounds: their median, and the spread of the middle half. */
export const figureOf = (
  { what, unit, goal }: Pick<Figure, 'what' | 'unit' | 'goal'>,
  numbers: readonly number[],
): Figure => ({
  what,
  unit,
  measured: quantile(numbers, 0.5),
  low: quantile(numbers, 0.25),
  high: quantile(numbers, 0.75),
  ...(goal === undefined ? {} : { goal }),
})

/** Whether a figure reaches its goal; null where it has none. */
export const isMet = ({ measured, goal }: Figure): boolean | null => {
  if (goal === undefined) return null
  return goal.kind === 'at least' ? measured >= goal.value : measured <= goal.value
}
