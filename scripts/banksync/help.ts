const general = `Usage: npm exec banksync -- <command> [options]

  parse [--json] FILE…   Read statement files: CSV, OFX, QIF, CAMT.053, CODA

  banksync <command> --help tells more about one command.
`

const texts = {
  parse: `Usage: npm exec banksync -- parse [options] FILE…

Reads statement files and says what they hold; nothing is stored or sent.

  --json                 one JSON document a line for each file
  --lang en|fr|nl        language of the messages (en)
  --encoding NAME        how the file is written, such as windows-1252 or cp850
  --date-order ORDER     dmy, mdy or ymd: answers the question what 03/04/2026 means
  --decimal-sign SIGN    . or , : answers the question what 1.234 means

Each document: file, format, encoding, statements [ account, currency, opening, closing, lines, problems ],
problems. Amounts are decimal texts, days are YYYY-MM-DD, what is not there is null. A statement of many lines
is written while it is read, its account and balances behind its lines.

Exit code: 0 everything can be imported · 2 something was refused or waits for an answer · 1 a defect of ours
`,
}

export type Command = keyof typeof texts

/** Whether a word is a command. */
export const isCommand = (word: string): word is Command => Object.hasOwn(texts, word)

/** What to tell of a command; of all where the word is none. */
export const helpOf = (word: string): string => (isCommand(word) ? texts[word] : general)
