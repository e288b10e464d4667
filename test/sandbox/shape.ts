/** Compares the form of an answer with a recorded one: members and types, not values. */
import type { Json } from './client.ts'

export interface Allowance {
  /** Paths that may be missing in ours. */
  optional?: string[]
  /** Paths that may be more in ours. */
  extra?: string[]
  /** Paths that may be null in ours although the recording has a value. */
  nullable?: string[]
}

const kindOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

const fits = (list: string[] | undefined, path: string): boolean =>
  (list ?? []).some((allowed) => path === allowed || path.startsWith(`${allowed}.`))

const compareMembers = (ours: Json, theirs: Json, step: { path: string; allow: Allowance }) => {
  const { path, allow } = step
  const problems: string[] = []
  for (const key of Object.keys(theirs)) {
    const below = path === '' ? key : `${path}.${key}`
    if (key in ours) problems.push(...shapeProblems(ours[key], theirs[key], { path: below, allow }))
    else if (!fits(allow.optional, below)) problems.push(`${below} is missing`)
  }
  for (const key of Object.keys(ours)) {
    const below = path === '' ? key : `${path}.${key}`
    if (!(key in theirs) && !fits(allow.extra, below)) problems.push(`${below} is unknown`)
  }
  return problems
}

/** What differs; elements of lists have the path of their list with `[]`. */
export const shapeProblems = (
  ours: Json,
  theirs: Json,
  { path, allow }: { path: string; allow: Allowance },
): string[] => {
  const [kind, wanted] = [kindOf(ours), kindOf(theirs)]
  if (wanted === 'null') return []
  if (kind === 'null' && fits(allow.nullable, path)) return []
  if (kind !== wanted) return [`${path} is ${kind}, not ${wanted}`]
  if (kind === 'object') return compareMembers(ours, theirs, { path, allow })
  if (kind !== 'array' || theirs.length === 0) return []
  if (ours.length === 0) return [`${path} is empty, so nothing was compared`]
  return ours.flatMap((item: Json) => {
    const attempts = theirs.map((one: Json) =>
      shapeProblems(item, one, { path: `${path}[]`, allow }),
    )
    return attempts.find((problems: string[]) => problems.length === 0) ?? attempts[0]
  })
}
