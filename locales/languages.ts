export const languages = ['en', 'fr', 'nl'] as const

export type Language = (typeof languages)[number]

const isLanguage = (word: string): word is Language => languages.some((known) => known === word)

const partsMax = 20

const weightOf = (options: readonly string[]): number =>
  Number(/^\s*q=([01](?:\.\d{1,3})?)/.exec(options.join(';'))?.[1] ?? 1)

const rangeOf = (part: string): { language: string; weight: number } => {
  const [tag = '', ...options] = part.trim().toLowerCase().split(';')
  return { language: tag.split('-')[0] ?? '', weight: weightOf(options) }
}

/** The reader's preferred language among ours, from an Accept-Language header; English when none fits. */
export const languageOf = (acceptLanguage = ''): Language => {
  if (acceptLanguage === '' || acceptLanguage === '*') return 'en'
  const ranges = acceptLanguage.split(',', partsMax).map(rangeOf)
  // sorting is stable: of equal weights the first named is preferred
  const byWeight = ranges.filter(({ weight }) => weight > 0).toSorted((a, b) => b.weight - a.weight)
  return byWeight.map(({ language }) => language).find(isLanguage) ?? 'en'
}
