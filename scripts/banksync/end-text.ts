import type { Language } from '../../locales/languages.ts'
import type { ImportWithPreview } from './imports.ts'
import { counted, words } from './words.ts'

/** How an import is taken back. */
export const takeBackText = (language: Language, id: string): string =>
  `${words[language].takeBack}${words[language].colon} npm exec banksync -- revert ${id}`

const importedText = (
  language: Language,
  { id, linesAdded, preview }: ImportWithPreview,
): string => {
  const said = words[language]
  const present = preview?.totals.alreadyPresent ?? 0
  return [
    `${said.imported}${said.colon} ${counted(linesAdded, said.added)}, ${present} ${said.present}.`,
    takeBackText(language, id),
  ].join('\n')
}

const revertedText = (language: Language, done: ImportWithPreview): string => {
  const said = words[language]
  const kept = done.keptByConnection + done.keptByImport
  const told = `${said.reverted}${said.colon} ${counted(done.linesRemoved, said.removed)}`
  return kept === 0 ? `${told}.` : `${told}, ${kept} ${said.kept}.`
}

/** How an import that is over has ended. */
export const endText = (language: Language, done: ImportWithPreview): string => {
  if (done.state === 'failed') return `${words[language].failed} ${done.failureReference ?? ''}`
  if (done.state === 'discarded') return words[language].discarded
  return done.state === 'reverted' ? revertedText(language, done) : importedText(language, done)
}
