/** The codes at the end of a record that say what follows, against what follows. */
import type { CodaRecord, Field } from './layout.ts'
import { codes } from './layout.ts'

/** Kinds that the code `next` of a kind announces. */
const nexts = new Map([
  ['21', ['22', '23']],
  ['22', ['23']],
  ['31', ['32', '33']],
  ['32', ['33']],
])

/** Kinds that the code `link` announces: information behind movements, free messages behind a balance. */
const links = new Map([
  ['8', '4'],
  ['4', '4'],
  ...['21', '22', '23', '31', '32', '33'].map((name): [string, string] => [name, '31']),
])

const codeAt = (text: string, { from }: Field): boolean | null => {
  const code = text[from - 1]
  return code === '1' ? true : code === '0' ? false : null
}

/** The field of a record that says something else than what follows; null where both agree or the field is blank. */
export const wrongCode = (last: CodaRecord, following: string): Field | null => {
  const { name } = last.kind
  const isContinued = nexts.get(name)?.includes(following) ?? false
  const next = nexts.has(name) ? codeAt(last.text, codes.next) : null
  if (next !== null && next !== isContinued) return codes.next
  const linked = links.get(name)
  if (linked === undefined || isContinued) return null
  const link = codeAt(last.text, codes.link)
  return link === null || link === (linked === following) ? null : codes.link
}
