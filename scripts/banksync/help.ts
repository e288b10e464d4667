const general = `Usage: npm exec banksync -- <command> [options]

  parse [--json] FILE…   Read statement files: CSV, OFX, QIF, CAMT.053, CODA
  import FILE            Import a statement file through the API
  revert IMPORT          Take back what an import added

  banksync <command> --help tells more about one command.
`

const texts = {
  parse: `Usage: npm exec banksync -- parse [options] FILE…

Reads statement files and says what they hold; nothing is stored or sent.

  --json                 one JSON document a line for each file
  --lang en|fr|nl        language of the messages (en)
  --encoding NAME        how the file is written, such as windows-1250, iso-8859-15, macintosh, shift_jis
  --date-order ORDER     dmy, mdy or ymd: answers the question what 03/04/2026 means
  --decimal-sign SIGN    . or , : answers the question what 1.234 means

Each document: file, format, encoding, statements [ account, currency, opening, closing, lines, problems ],
problems. Amounts are decimal texts, days are YYYY-MM-DD, what is not there is null. A statement of many lines
is written while it is read, its account and balances behind its lines.

Exit code: 0 everything can be imported · 2 something was refused or waits for an answer · 1 a defect of ours
`,
  import: `Usage: npm exec banksync -- import [options] FILE

Uploads a statement file, shows what was understood and what would be added, and imports it.

  --url URL              address of the API; else BANKSYNC_URL
  --key KEY              API key; else BANKSYNC_API_KEY
  --account NUMBER|ID    account of statements whose account the file does not name
  --dry-run              show the preview, throw it away and import nothing
  --yes                  import without asking
  --json                 one JSON document instead of a table
  --lang en|fr|nl        language of the messages (en)

Answers to questions of a preview:
  --date-order ORDER     dmy, mdy or ymd
  --decimal-sign SIGN    . or ,
  --encoding NAME        how the file is written, such as windows-1250, iso-8859-15, macintosh, shift_jis
  --map NUMBER=ID        where statements of an unknown account belong; NUMBER=skip leaves them out; repeatable
  --columns ROLES        CSV: what each column is, such as booked_on,text,ignored,amount
  --delimiter SIGN       CSV: what separates cells (\\t for a tab)
  --header-row NUMBER    CSV: row of the column names, 0 for none
  --inverted             CSV: positive amounts leave the account

Exit code: 0 imported (or could be) · 2 something was refused, waits for an answer or was not agreed to
1 a defect of ours · 69 the API does not answer · 130 interrupted: nothing is imported, unless it was confirmed before
`,
  revert: `Usage: npm exec banksync -- revert [--url URL] [--key KEY] [--json] [--lang en|fr|nl] IMPORT

Takes back exactly what an import added, or throws away its preview. What a connection or another file shows
too stays.
`,
}

export type Command = keyof typeof texts

/** Whether a word is a command. */
export const isCommand = (word: string): word is Command => Object.hasOwn(texts, word)

/** What to tell of a command; of all where the word is none. */
export const helpOf = (word: string): string => (isCommand(word) ? texts[word] : general)
