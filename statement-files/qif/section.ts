/** What a line that begins with `!` says of the lines after it. */
export type Header =
  /** `lines`: records are booked movements; `list`: categories, prices and the like. */
  | { kind: 'lines' | 'investment' | 'list' | 'unknown'; name: string }
  | { kind: 'account' }
  | { kind: 'option'; name: string }

const booked = new Set(['bank', 'cash', 'ccard', 'otha', 'othl'])
const investments = new Set(['invst', 'port', '401(k)/403(b)'])
const lists = new Set(
  'cat class memorized security prices tag budget invitem template bills tax payee customers vendors employee'.split(
    ' ',
  ),
)

const kindOf = (name: string): 'lines' | 'investment' | 'list' | 'unknown' => {
  const folded = name.toLowerCase()
  if (booked.has(folded.replace(/\s/g, ''))) return 'lines'
  if (investments.has(folded)) return 'investment'
  return lists.has(folded) ? 'list' : 'unknown'
}

/** Reads `!Type:Bank`, `!Account`, `!Option:MDY` and the like, however they are capitalised. */
export const headerOf = (text: string): Header => {
  const colon = text.indexOf(':')
  const word = text
    .slice(1, colon < 0 ? undefined : colon)
    .trim()
    .toLowerCase()
  const name = colon < 0 ? '' : text.slice(colon + 1).trim()
  if (word === 'account') return { kind: 'account' }
  if (word === 'option' || word === 'clear')
    return { kind: 'option', name: word === 'clear' ? '' : name }
  return word === 'type' ? { kind: kindOf(name), name } : { kind: 'unknown', name: text.trim() }
}
