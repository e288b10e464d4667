/** Spoils a body or a form in every way that its description must notice. */
import type { Json } from '../client.ts'

interface Mutant {
  /** What was done, with the place: `- /data/0/id` took a member away. */
  what: string
  value: Json
}

/** Members whose words are a closed list. */
const closed = new Set([
  'type',
  'status',
  'subtype',
  'synchronizationSubtype',
  'token_type',
  'grant_type',
  'resourceType',
  'availability',
  'referenceType',
  'remittanceInformationType',
  'cardReferenceType',
  'maintenanceType',
  'customerOnline',
  'response_type',
  'code_challenge_method',
])

/** A value of another type than any that a description allows beside it. */
const misfit = (value: Json): Json => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' ? 7 : 'neither'
}

const membersOf = (value: Json, place: string): Mutant[] => [
  { what: `+ ${place}`, value: { ...value, surprise: 'nobody described this' } },
  ...Object.entries(value).flatMap(([name, member]) => {
    const { [name]: _gone, ...rest } = value
    const at = `${place}/${name}`
    const word = { what: `? ${at}`, value: { ...value, [name]: 'neverSaid' } }
    const isWord = typeof member === 'string' && closed.has(name)
    const deeper = mutantsOf(member, at).map(({ what, value: spoiled }) => ({
      what,
      value: { ...value, [name]: spoiled },
    }))
    return [{ what: `- ${at}`, value: rest }, ...(isWord ? [word] : []), ...deeper]
  }),
]

/** Every spoiled copy of a value: each member taken away, of another type or with an unknown word, each object with a member more; of a list its first element. */
export const mutantsOf = (value: Json, place = ''): Mutant[] => {
  const wrong = value === null ? [] : [{ what: `! ${place}`, value: misfit(value) }]
  if (Array.isArray(value)) {
    const [first, ...rest] = value
    if (first === undefined) return wrong
    const inside = mutantsOf(first, `${place}/0`)
    return [...wrong, ...inside.map((each) => ({ ...each, value: [each.value, ...rest] }))]
  }
  if (typeof value !== 'object' || value === null) return wrong
  return [...wrong, ...membersOf(value, place)]
}

/** Every spoiled copy of a form or a query: each name taken away, given twice or with an unknown word, and one name more. */
export const formMutantsOf = (text: string): { what: string; text: string }[] => {
  const pairs = [...new URLSearchParams(text)]
  const written = (some: [string, string][]) => new URLSearchParams(some).toString()
  return [
    { what: '+', text: written([...pairs, ['surprise', '1']]) },
    ...pairs.flatMap(([name, value]) => {
      const others = pairs.filter(([other]) => other !== name)
      const word = { what: `? ${name}`, text: written([...others, [name, 'neverSaid']]) }
      return [
        { what: `- ${name}`, text: written(others) },
        { what: `2 ${name}`, text: written([...pairs, [name, value]]) },
        ...(closed.has(name) ? [word] : []),
      ]
    }),
  ]
}
