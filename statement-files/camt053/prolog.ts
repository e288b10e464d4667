/** What stands in front of the root element. Document types are refused before anything of them is read: they have been used to attack readers. */

const skipped: readonly (readonly [begin: string, end: string])[] = [
  ['<?', '?>'],
  ['<!--', '-->'],
]
const doctype = '<!DOCTYPE'
/** So much of a declaration tells whether it is that of a web page. */
const nameLength = 6

export interface Obstacle {
  kind: 'doctype' | 'html' | 'text'
  /** Index of its first character. */
  at: number
}

/** What must not stand in front of the root element; null where nothing does, undefined where more text is needed to know. */
export const obstacleIn = (text: string): Obstacle | null | undefined => {
  let at = 0
  for (;;) {
    at += text.slice(at).search(/\S|$/)
    const rest = text.slice(at, at + doctype.length + nameLength)
    if (rest.startsWith(doctype)) return declared(rest, at)
    const found = skipped.find(([begin]) => rest.startsWith(begin))
    if (found === undefined) return mayStillBe(rest) ? undefined : begun(rest, at)
    const end = text.indexOf(found[1], at)
    if (end < 0) return undefined
    at = end + found[1].length
  }
}

const declared = (rest: string, at: number): Obstacle | undefined => {
  if (rest.length < doctype.length + nameLength) return undefined
  return { kind: /^\s{1,2}html/i.test(rest.slice(doctype.length)) ? 'html' : 'doctype', at }
}

const begun = (rest: string, at: number): Obstacle | null =>
  rest.startsWith('<') ? null : { kind: 'text', at }

/** Whether a text is the begin of something that may stand in front of the root element. */
const mayStillBe = (rest: string): boolean =>
  [doctype, '<?', '<!--'].some((begin) => begin.startsWith(rest))
