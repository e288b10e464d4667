/** Words in the cells of statement files that say something of a row. */
import { namesBalance } from './balance-name.ts'
import { folded } from './names.ts'

const setOf = (words: string): ReadonlySet<string> => new Set(words.split('|'))

const outWords = setOf(
  'af|d|dr|db|dbit|debit|debet|debito|out|s|soll|uit|uitgaand|withdrawal|expense|sortie|belastung|money out|debited|outgoing|debetas|deebet|dt|debe|dare|cargo',
)
const inWords = setOf(
  'bij|c|cr|crdt|credit|kredit|kreditas|kreedit|credito|in|h|haben|inkomend|deposit|income|entree|gutschrift|money in|credited|incoming|k|ct|haber|avere|abono',
)

/** -1 where a cell says that money goes out, 1 in; 0 where it says neither. */
export const directionOf = (cell: string): -1 | 0 | 1 => {
  if (cell.length > 20) return 0
  if (cell === '-' || cell === '+') return cell === '-' ? -1 : 1
  const word = folded(cell)
  if (outWords.has(word)) return -1
  return inWords.has(word) ? 1 : 0
}

const wordsOf = (words: string): RegExp => new RegExp(`\\b(?:${words})\\b`)

const pendingWords = wordsOf(
  'pending|in behandeling|en attente|en cours|a venir|vorgemerkt|ausstehend|schwebend|authori[sz]ed|authori[sz]ation|geautoriseerd|gereserveerd|reserv\\w{1,8}|processing|scheduled|not posted|unposted|pendiente|pendente|retenid[oa]|en proceso|on hold|hold|niet geboekt|noch nicht \\w{1,12}|offen|created|incomplete|gepland|venter|ventende|vantande|vantar|odottaa|varaus|kesken|autorizzat[oa]|non contabilizzat[oa]|da contabilizzare|in attesa|in lavorazione|em processamento|agendad[oa]|oczekuj\\w{1,6}|w toku|w realizacji|blokad[ay]|niezaksiegowan\\w{1,3}|nezauctovan\\w{1,3}|ceka\\w{0,8}|blokovan\\w{1,3}|fuggo|fuggoben',
)
const refusedWords = wordsOf(
  'refused|geweigerd|refuse\\w{0,2}|reject\\w{0,3}|declined|abgelehnt|fehlgeschlagen|zuruckgewiesen|failed|failure|cancel\\w{0,5}|geannuleerd|annul\\w{0,6}|denied|reverted|voided|expired|removed|blocked|mislukt|verlopen|echoue\\w{0,2}|rechazad[oa]|anulad[oa]|recusad[oa]|estornad[oa]|negad[oa]|rifiutat[oa]|fallit[oa]|storniert|zruseno|zamitnut\\w{1,2}|odrzucon\\w{1,2}|anulowan\\w{1,2}|afvist|avvist|avvisad|hylatty|elutasitva|elutasitott',
)
const bookedWords = wordsOf(
  'ok|booked|posted|completed?|accept\\w{0,4}|geaccepteerd|uitgevoerd|verwerkt|geboekt|voltooid|geslaagd|succesvol|settled|cleared|executed|execut\\w{0,4}|gebucht|abgeschlossen|erledigt|ausgefuhrt|done|success\\w{0,3}|comptabilise\\w{0,2}|effectuee?|terminee?|realisee?|processed|paid|provedeno|zauctovan\\w{1,3}|realizovan\\w{1,3}|udfort|utfort|utford|bogfort|bokfort|bokford|gennemfort|contabilizzat[oa]|eseguit[oa]|completat[oa]|contabilizad[oa]|liquidad[oa]|completad[oa]|realizad[oa]|concluid[oa]|efetuad[oa]|aprovad[oa]|zaksiegowan\\w{1,2}|zrealizowan\\w{1,2}|wykonan\\w{1,2}|toteutunut|kirjattu|konyvelt|teljesult|teljesitve',
)

export type RowState = 'booked' | 'pending' | 'refused'

/** What a status says of its row; null where the word is not known. */
export const rowStateOf = (cell: string): RowState | null => {
  const words = folded(cell.slice(0, 60))
  if (refusedWords.test(words)) return 'refused'
  if (pendingWords.test(words)) return 'pending'
  return bookedWords.test(words) ? 'booked' : null
}

const balanceWords =
  /\b(?:\w{0,12}balance|\w{0,12}saldo|solde|kontostand|s a l d o|saldos|guthaben|egyenleg|likutis|stav uctu|zustatek|saldi)\b/
const startWords =
  /\b(?:start|starting|begin|beginning|b f|bf|ingaende|inngaende|poczatkow\w{1,2}|beginsaldo|opening|openingssaldo|vorig|vorige|previous|anterior|initial|initiaal|debut|ancien|precedent|alter|anfang\w{0,8}|pradziai|inicial|iniziale|forward|pocatecni|oud|brought)\b/
/** Goes on to the next page or statement. */
const carried = /\b(?:carried|c f|cf)\b/
const endWords =
  /\b(?:end|final|finale|closing|c f|cf|carried|utgaende|koncow\w{1,2}|ending|last|laatste|nieuw|new|fin|dernier|current|actuel|actual|neuer|ledger|pabaigai|eindsaldo|konecny|close|boeksaldo|account balance)\b/
const otherBalances =
  /\b(?:available|beschikbaar|disponible|verfugbar|credit limit|minimum|average)\b/
const turnoverWords =
  /(?<!\p{L})(?:apyvarta|turnover|totaal|total|totals|totaux|gesamt|summe|omzet|totales|totali|totale|totaal|sum|suma|somme|soma|celkem|razem|yhteensa|toplam|osszesen|i alt|итого)(?!\p{L})/u

/** What a text between or around the rows is about: a balance of which end, a total, or something else. */
export const summaryOf = (text: string): 'opening' | 'closing' | 'balance' | 'total' | null => {
  const words = folded(text.slice(0, 120))
  if (!balanceWords.test(words) && !namesBalance(words))
    return turnoverWords.test(words) ? 'total' : null
  if (otherBalances.test(words)) return 'total'
  if (startWords.test(words) && !carried.test(words)) return 'opening'
  return endWords.test(words) ? 'closing' : 'balance'
}

const balanceRow =
  /^(?:saldo|s a l d o|saldo do dia|saldo atual|saldo total disponivel dia|saldo del dia|balance|saldo anterior|saldo inicial|saldo final|saldo iniziale|saldo finale|(?:opening|closing|beginning|starting|ending|previous|ledger) balance|balance (?:brought|carried) forward|brought forward|carried forward|beginsaldo|eindsaldo|openingssaldo|slotsaldo|(?:vorig|nieuw|oud) saldo|(?:ancien|nouveau) solde|solde (?:initial|precedent|final|anterieur)|anfangssaldo|endsaldo|(?:alter|neuer) saldo|likutis pradziai|likutis pabaigai|apyvarta|turnover|algsaldo|loppsaldo|kaive|pocatecni zustatek|konecny zustatek)(?: (?:as of|per|op|au|am|at|on|zum|vom) [\d a-z]{1,30})?$/

/** Nearly all texts are told apart without folding them. */
const mayNameBalance =
  /s a l d|sald|sold|bal|kontost|stan |stanje|stav |forward|likut|apyvart|turnover|j[äa]{2}k|k[äa]ive|z[ůu]stat|zostat|bakiye|egyenleg/i
/** Scripts beyond Latin have no letters that a short look could tell. */
const isOtherScript = /[\u0370-\u1fff\u3040-\uffff]/

/** Whether the text of a row with a day says that the row is a balance or a total, not a movement. */
export const isBalanceRow = (text: string): boolean => {
  const { length } = text
  if (length > 70 || length < 2) return false
  if (!mayNameBalance.test(text) && !isOtherScript.test(text)) return false
  return namesBalance(text) || balanceRow.test(folded(text))
}
