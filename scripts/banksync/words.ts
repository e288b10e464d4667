/** The command line's own words for a reader; sentences about files stand in locales/. */
import type { Language } from '../../locales/languages.ts'

const en = {
  absent: 'There is no such file.',
  folder: 'This is a folder; name the files in it.',
  forbidden: 'The file may not be read by this user.',
  unreadable: 'The file cannot be read',
  defect: 'A defect of Bank Sync: please report it, with the file if you may.',
  noFormat: 'not a statement file',
  encoding: 'encoding',
  account: 'account',
  unknown: 'unknown',
  lines: 'lines',
  period: 'period',
  in: 'in',
  out: 'out',
  sum: 'sum',
  opening: 'opening',
  closing: 'closing',
  line: 'line',
  column: 'column',
  record: 'record',
  positions: 'positions',
  fine: 'can be imported',
  refused: 'cannot be imported as it is',
  error: 'error',
  question: 'question',
  warning: 'warning',
  notice: 'notice',
}

type Words = typeof en

const fr: Words = {
  absent: 'Ce fichier n’existe pas.',
  folder: 'C’est un dossier ; nommez les fichiers qu’il contient.',
  forbidden: 'Cet utilisateur ne peut pas lire le fichier.',
  unreadable: 'Le fichier ne peut pas être lu',
  defect: 'Un défaut de Bank Sync : signalez-le, avec le fichier si vous le pouvez.',
  noFormat: 'pas un fichier d’extraits',
  encoding: 'encodage',
  account: 'compte',
  unknown: 'inconnu',
  lines: 'lignes',
  period: 'période',
  in: 'entrées',
  out: 'sorties',
  sum: 'somme',
  opening: 'solde initial',
  closing: 'solde final',
  line: 'ligne',
  column: 'colonne',
  record: 'enregistrement',
  positions: 'positions',
  fine: 'peut être importé',
  refused: 'ne peut pas être importé tel quel',
  error: 'erreur',
  question: 'question',
  warning: 'attention',
  notice: 'remarque',
}

const nl: Words = {
  absent: 'Dit bestand bestaat niet.',
  folder: 'Dit is een map; noem de bestanden erin.',
  forbidden: 'Deze gebruiker mag het bestand niet lezen.',
  unreadable: 'Het bestand kan niet gelezen worden',
  defect: 'Een fout van Bank Sync: meld ze, met het bestand als dat mag.',
  noFormat: 'geen afschriftenbestand',
  encoding: 'codering',
  account: 'rekening',
  unknown: 'onbekend',
  lines: 'regels',
  period: 'periode',
  in: 'bij',
  out: 'af',
  sum: 'som',
  opening: 'beginsaldo',
  closing: 'eindsaldo',
  line: 'regel',
  column: 'kolom',
  record: 'record',
  positions: 'posities',
  fine: 'kan geïmporteerd worden',
  refused: 'kan zo niet geïmporteerd worden',
  error: 'fout',
  question: 'vraag',
  warning: 'let op',
  notice: 'opmerking',
}

/** The words of the command line by language. */
export const words: Record<Language, Words> = { en, fr, nl }

const reasons: Readonly<Record<string, 'absent' | 'folder' | 'forbidden'>> = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  EISDIR: 'folder',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
}

/** Why a file could not be read. */
export const whyUnreadable = (language: Language, error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  const reason = reasons[code]
  const said = words[language]
  return reason === undefined ? `${said.unreadable} (${code}).` : said[reason]
}
