/** Salt Edge's own names of institutions, and the way back from them. */
import { catalogueEntry, catalogueOf } from '../catalogue.ts'
import type { CatalogueEntry } from '../catalogue.ts'
import type { World } from '../world.ts'

const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '')
    .slice(0, 60)

/** The code of an institution: its name, a piece of the bank's id, its country. */
export const codeOf = (
  world: World,
  { bankId, name, country }: Pick<CatalogueEntry, 'bankId' | 'name' | 'country'>,
): string =>
  world.banks.get(bankId)?.script.saltedge.code ??
  [slugOf(name), bankId.slice(0, 8), country.toLowerCase()].filter((part) => part !== '').join('_')

/** Once per list, because a list of thousands stays the same for many calls. */
const indexes = new WeakMap<readonly CatalogueEntry[], Map<string, string>>()

const indexOf = (world: World): Map<string, string> => {
  const list = catalogueOf(world, 'saltedge')
  const known = indexes.get(list)
  if (known !== undefined) return known
  const index = new Map(list.map((entry) => [codeOf(world, entry), entry.bankId]))
  indexes.set(list, index)
  return index
}

/** The entry with this code; undefined when Salt Edge does not offer it. */
export const entryByCode = (world: World, code: string): CatalogueEntry | undefined => {
  const scripted = [...world.banks.values()].find(({ script }) => script.saltedge.code === code)
  const bankId = scripted?.id ?? indexOf(world).get(code)
  return bankId === undefined ? undefined : catalogueEntry(world, 'saltedge', bankId)
}
