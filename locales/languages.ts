export const languages = ['en', 'fr', 'nl'] as const

export type Language = (typeof languages)[number]

const isLanguage = (word: string): word is Language => languages.some((known) => known === word)

const partsMax = 20

/** The reader's preferred language among ours, from an Accept-Language header; English when none fits. */
export const languageOf = (acceptLanguage: string | undefined): Language => {
  if (acceptLanguage === undefined || acceptLanguage === '*') return 'en'
  let best: { language: Language; weight: number } | null = null
  for (const part of acceptLanguage.split(',', partsMax)) {
    const [tag = '', ...options] = part.trim().toLowerCase().split(';')
    const language = tag.split('-')[0] ?? ''
    const weight = Number(/^\s*q=([01](?:\.\d{1,3})?)/.exec(options.join(';'))?.[1] ?? 1)
    if (isLanguage(language) && weight > (best?.weight ?? 0)) best = { language, weight }
  }
  return best?.language ?? 'en'
}
