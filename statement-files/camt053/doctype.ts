/** Document types are refused before anything of them is read: what they may declare has been used to attack readers. */

const skipped: readonly (readonly [begin: string, end: string])[] = [
  ['<?', '?>'],
  ['<!--', '-->'],
]

/** Index of a document type declaration in front of the root element; -1 where none stands in this text. */
export const doctypeAt = (text: string): number => {
  let at = 0
  for (;;) {
    at += text.slice(at).search(/\S|$/)
    const found = skipped.find(([begin]) => text.startsWith(begin, at))
    if (found === undefined) return text.startsWith('<!DOCTYPE', at) ? at : -1
    const end = text.indexOf(found[1], at)
    if (end < 0) return -1
    at = end + found[1].length
  }
}
