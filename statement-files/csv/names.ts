/** What the names of columns mean in the languages of banks. A name is a hint: the cells decide. */
import type { ColumnRole } from '../../domain/csv-layout.ts'
import { otherNames } from './other-scripts.ts'

/** Lower case, without accents and signs; words that a program wrote together are taken apart. */
export const folded = (name: string): string =>
  name
    .slice(0, 200)
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/ł/g, 'l')
    .replace(/ø/g, 'o')
    .replace(/æ/g, 'ae')
    .replace(/ß/g, 'ss')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

export interface Hint {
  role: ColumnRole
  /** How strongly the name speaks for the role. */
  weight: number
}

type Entry = readonly [role: ColumnRole, weight: number, phrases: string]

/** Weights order what could both be meant: a booking date before a date, the rest by habit. */
const dictionary: readonly Entry[] = [
  [
    'booked_on',
    9,
    'booking date|booked on|booked|date booked|posting date|post date|posted date|posted|date posted|boekingsdatum|boekdatum|date comptable|date de comptabilisation|date comptabilisation|buchungstag|buchungsdatum|fecha contable|data contabile|bogforingsdato|bogfort|bokforingsdag|bokforingsdato|kirjauspaiva|datum zauctovani|datum verrekening|completed date|date completed|settlement date|data ksiegowania|afrekeningsdatum|verrekeningsdatum|date de reglement|booked at|data registrazione|data contabilizzazione|posted transactions date|reskontradatum|buchung|buchungszeit|data de contabilizacao|konyveles datuma|konyvelesi datum|datum knjizenja',
  ],
  [
    'booked_on',
    7,
    'transaction date|date operation|date d operation|date de l operation|date d execution|uitvoeringsdatum|transactiedatum|datum verrichting|verrichtingsdatum|date de transaction|date de la transaction|date transaction|data operacji|data operazione|data transakcji|fecha operacion|fecha de operacion|data movimento|data lancamento|datum provedeni|trans date|execution date|umsatzdatum|belegdatum|date of transaction|payment date|data mov|data lancamento|transaktionsdatum|transaktionsdag|tranzakcio datuma|datum transakce|release date|txn date|tran date|dateop|date op',
  ],
  [
    'booked_on',
    5,
    'date|datum|data|dato|fecha|pvm|f operacion|created at|paiva|kuupaev|datums|created|created utc|timestamp|date time|day|jour|tag',
  ],
  [
    'value_on',
    8,
    'value date|valuta|valutadatum|valuta datum|valuta date|date valeur|date de valeur|wertstellung|wertstellungsdatum|wert|fecha valor|fecha de valor|data valuta|data valor|valor date|rentedatum|rentedato|interest date|arvopaiva|data waluty|datum valuty|available on|available on utc|effective date|value on|date of value|f valor|dateval|date val|ertek nap|erteknap|value dat',
  ],
  [
    'amount',
    8,
    'amount|bedrag|montant|betrag|umsatz|importe|importo|valor|belob|belop|castka|zauctovana castka|suma|kwota|summa|maara|value|net|net amount|transaction amount|transactiebedrag|mutatiebedrag|montant de l operation|montant operation|amount in account currency|movement|monto|money|transaktionsbetrag|iznos|osszeg|suma operacji|kwota operacji|tutar|montant net|montante|objem|castka v mene uctu|transaction net amount|umsatz in eur|betrag in eur|netto|netto betrag|neto|importe neto',
  ],
  [
    'amount',
    9,
    'kwota w walucie rachunku|suma saskaitos valiuta|castka v mene uctu|amount in account currency|kwota transakcji waluta rachunku',
  ],
  ['currency', 9, 'waluta rachunku|saskaitos valiuta|mena uctu|account currency'],
  ['amount', 5, 'gross|brutto|inflow|total|paid|bruto|totaal|brut|total amount'],
  [
    'debit',
    8,
    'debit|debits|debet|debit amount|amount debit|montant debit|withdrawal|withdrawals|withdrawal amount|paid out|money out|soll|belastung|uitgaven|depense|depenses|cargo|cargos|debito|dare|outflow|out|uttag|af|ausgaben|ausgang|debe|uscite|addebito|addebiti|saida|saidas|gastos|obciazenia|obciazenie|terheles|bedrag af|debetbedrag|spent|amount out|debits amount|lastschrift|lastschriften|gasto|ut fra konto|ut|ut av konto|belop ut|wydatki|wyplywy|debit euros|net debit|amount debit|bedrag debet|prelevement|sortie|sorties|maksut|pagos|kiadas|zatizeni|vydaj|vydaje',
  ],
  [
    'credit',
    8,
    'credit|credits|credit amount|amount credit|montant credit|deposit|deposits|deposit amount|paid in|money in|haben|gutschrift|inkomsten|recette|recettes|abono|abonos|credito|avere|inflow|in|insattning|bij|einnahmen|eingang|haber|entrate|accredito|accrediti|entrada|entradas|ingresos|uznania|uznanie|jovairas|bedrag bij|creditbedrag|received|amount in|gutschriften|ingreso|inn pa konto|inn|inn til konto|belop inn|wplywy|credit euros|net credit|bedrag credit|entree|entrees|versement|bevetel|pripsani|prijem|prijmy',
  ],
  [
    'direction',
    8,
    'af bij|bij af|debit credit|credit debit|debet credit|credit debet|d c|c d|dc|cd|dr cr|cr dr|transaction type|type|soll haben|s h|sh|sens|d k|k d|indicator|credit debit indicator|debit credit indicator|balance impact|sign|direction|cdi|dc indicator|af of bij|details',
  ],
  [
    'balance',
    8,
    'balance|saldo|solde|kontostand|running balance|running bal|balance after|nieuw saldo|saldo na mutatie|saldo na trn|saldo na boeking|zustatek|likutis|jaak|stav|account balance|current balance|net cash balance|saldo final|saldo disponible|balance after transaction|nouveau solde|eindsaldo|boeksaldo|saldo nach buchung|saldo despues|saldo po operacji|closing balance|beginsaldo|ledger balance|kontosaldo|saldo contabile|guthaben|bokfort saldo|saldo contabilistico|saldo po transakcji|zustatek na uctu|account running balance|partial balance|egyenleg|resulting balance|konyvelt egyenleg|saldo rekening|accountbalance|saldo nach|saldo contable',
  ],
  [
    'currency',
    8,
    'currency|munt|devise|devies|wahrung|valuta|muntsoort|ccy|valiuta|moneda|divisa|moeda|mena|mena uctu|waluta|currency code|deviza|commodity|devise du compte|valuta rekening|valuuta|valuta code|account currency|cur|curr|devise compte|muntcode|valutakod|valutacode|posted currency|whg|whrg|valuutta|penznem|deviza nem',
  ],
  [
    'account',
    7,
    'account|konyvelesi szamla|account number|account no|account iban|rekening|rekeningnummer|compte|numero de compte|n de compte|no de compte|iban|auftragskonto|kontonummer|konto|iban auftragskonto|card|card number|card no|kaart|kredietkaart|kaartnummer|card id|carte|numero de carte|cislo uctu|saskaitos nr|cuenta|conta|conto|rekening nummer|number account|own account|eigen rekening|iban bban|product account|bank account|numer konta|numer rachunku|konto nr|kontonr|account id|iban rekening|iban compte|rekeningnr|posted account|account num|iban kontoinhaber|vlastni cislo uctu|szamlaszam|konto nummer|numero de cuenta|numero conto',
  ],
  ['account', 4, 'account name|account label|product name'],
  [
    'counterparty_account',
    8,
    'tegenrekening|partner szamla|tegenrekeningnummer|compte partie adverse|gegenkonto|auftraggeberkonto|cislo protiuctu|protiucet|counter account|contra account|other account|to account|destination account|iban zahlungsbeteiligter|rekening begunstigde|tegenrekening iban bban|kontonummer iban|transfer account|contrarekening',
  ],
  [
    'counterparty',
    7,
    'payee|partner elnevezese|merchant|merchant name|tegenpartij|contrepartie|counterparty|counter party|beneficiary|beneficiaire|begunstigde|empfanger|auftraggeber|auftraggeber empfanger|empfanger auftraggeber|zahlungsempfanger|begunstigter zahlungspflichtiger|beguenstigter zahlungspflichtiger|name zahlungsbeteiligter|partner name|partner|handelaar|to from|from to|beneficiario|ordenante|gavejas|moketojas|saaja maksja|saaja|nazev protiuctu|other party|name of counterparty|naam tegenrekening|naam begunstigde|modtager|mottagare|avsandare|nadawca odbiorca|kontrahent|third party|tiers|relation|tegenrekeninghouder|partnername|empfaenger|zahlungsempfaenger|empfaenger 1|dane kontrahenta|sender|recipient|payer|debtor name|creditor name|afsender|avsender|mottaker|zleceniodawca|odbiorca|nadawca|ordinante|destinatario|opdrachtgever',
  ],
  ['counterparty', 4, 'name|naam|nom|naam omschrijving|nombre|nome|navn|namn|nimi'],
  ['counterparty_bic', 6, 'bic|swift|bic swift|bic code|swift bic|swift code|bankcode bic'],
  [
    'text',
    6,
    'memo|description|omschrijving|mededeling|mededelingen|vrije mededeling|libelle|libelles|libelle operation|communication|communications|verwendungszweck|buchungstext|details|detail|narrative|text|note|notes|bericht|message|transactions|remarque|remarques|remarks|label|concepto|descripcion|descrizione|causale|historico|descricao|beskrivelse|beskrivning|tekst|zprava|poznamka|particulars|details du mouvement|type verrichting|type transaction|type de transaction|transactie|toelichting|paaiskinimai|paaiskinimas|selgitus|selite|viesti|transaction details|transaction description|opis|tytul|popis|extra info|payment details|narration|descriere|memo description|vorgang|buchungsdetails|reden|motif|communicatie|subject|details de l operation|detail de l ecriture|observaciones|observations|transaction|mutatie omschrijving|item title|bezeichnung|concept|description 1|description 2|omschrijving 1|omschrijving 2|omschrijving 3|note text|kozlemeny|beschreibung|buchungs details|avisierungstext|forklaring|otsikko|transaction remarks|notifications|description 3|libelle complet|informations complementaires|descrizione completa|memo description|bemerkung|comment|komentar|zprava pro prijemce|tekst 1|narration text|opis operacji|opis transakcji|title|titulo',
  ],
  [
    'text',
    3,
    'original description|type|category type|mutatiesoort|original text|extended details',
  ],
  [
    'reference',
    8,
    'gestructureerde mededeling|communication structuree|structured communication|structured reference|reference structuree|betalingskenmerk|gestructureerde communicatie|creditor reference|kid|qr reference|qr referenz|payment reference|strukturierte referenz',
  ],
  [
    'bank_reference',
    7,
    'transaction id|id|transactienummer|volgnummer|volgnr|numero de mouvement|no de sequence|n de sequence|numero de sequence|reference number|receipt id|fitid|identifier|operation number|numero operation|balance transaction id|id transakce|bewegingsnummer|transaktionsnummer|transaction number|transaction reference|unique id|bank reference|referentie bank|transactiereferentie|referenznummer|id operace|iraso nr|arkivtunnus|arhiveerimistunnus|verrichtingsnummer|numero de transaction|transaction ref|bank ref',
  ],
  ['bank_reference', 4, 'reference|ref|referentie|kenmerk|referenz|referencia|riferimento'],
  [
    'bank_reference',
    2,
    'afschriftnummer|statement number|numero d extrait|extrait|rekeninguittreksel|auszugsnummer|rekeninguittrekselnummer|uittreksel',
  ],
  ['status', 8, 'status|statut|state|state type|etat|toestand|estado|stav platby|stato'],
  [
    'original_amount',
    8,
    'original amount|local amount|foreign amount|amount currency|amount in currency|montant d origine|montant en devise|oorspronkelijk bedrag|bedrag in vreemde valuta|puvodni castka|puvodni castka a mena|fremdwahrungsbetrag|betrag in fremdwahrung|amount foreign currency|foreign currency amount|bedrag vreemde valuta|originalbetrag|transaction currency amount|instructed amount|importe original|source amount|valutabelopp',
  ],
  [
    'original_currency',
    8,
    'original currency|local currency|foreign currency|devise d origine|devise origine|oorspronkelijke munt|oorspronkelijke valuta|fremdwahrung|originalwahrung|transaction currency|source currency|divisa original|puvodni mena',
  ],
  [
    'fee',
    8,
    'fee|fees|entgelt|gebuhr betrag|total fees|vergoeding|kosten|frais|commission|gebuhr|gebuhren|poplatek|kosten op verrichting|charges|comision|commissions|reg fee|provision|transaction fee',
  ],
  [
    'ignored',
    9,
    'adres|address|adresse|adres tegenpartij|straat en nummer|postcode en plaats|postcode|city|plaats|land|landcode|country|category|categorie|kategorie|kategorie transakce|time|time zone|timezone|exchange rate|rate|koers|taux|cours|wisselkoers|tax|sort code|parent category|sub category|labels|tags|branch|bank|bank name|from email address|to email address|budget|reden van weigering|motif du refus|check number|cheque number|check or slip|quantity|symbol|price|available balance|disponible|beschikbaar saldo|account type|product|initiated date|started date|start date|end date|opening balance|valutair saldo|locatie|type de compte|mcc|member name|card member|cardholder name|card holder full name|glaubiger id|glaeubiger id|kundenreferenz|creditor id|mandatsreferenz|mandate|mandate id|machtigingskenmerk|incassant id|batch id',
  ],
]

const byPhrase = new Map<string, Hint[]>()
for (const [role, weight, phrases] of [...dictionary, ...otherNames])
  for (const phrase of phrases.split('|').map(folded))
    byPhrase.set(phrase, [...(byPhrase.get(phrase) ?? []), { role, weight }])

const party =
  /\b(?:tegenpartij|contrepartie|partie adverse|counterparty|payee|beneficiary|beneficiaire|begunstigde|empfanger|auftraggeber|partner|recipient|sender|ontvanger|opdrachtgever|other party|protiuctu|beneficiario|zahlungsbeteiligter|gavejo|mottagare|kontrahenta|protistrany|empfaenger|from|to|debtor|creditor)\b/
const account =
  /\b(?:rekening|rekeningnummer|compte|account|iban|konto|kontonummer|acct|bban|conto|cuenta|uctu|ucet|saskaita)\b/
const address = /\b(?:adres|adresse|address|anschrift|straat|rue|postcode|city|email|country)\b/
const title = /\b(?:naam|nom|name|nazev|nimi|navn|namn|nombre|nome)\b/

/** What a name of several words says: whose account, name or code it is. */
const partyHint = (name: string): Hint | null => {
  // the name of an account is that of its holder
  if (!party.test(name))
    return title.test(name) && account.test(name) ? { role: 'ignored', weight: 9 } : null
  if (address.test(name)) return { role: 'ignored', weight: 9 }
  if (/\b(?:bic|swift)\b/.test(name)) return { role: 'counterparty_bic', weight: 9 }
  if (title.test(name)) return { role: 'counterparty', weight: 9 }
  return account.test(name) ? { role: 'counterparty_account', weight: 9 } : null
}

const longestPhrase = 5

/** Phrases of the dictionary within a longer name; the more of the name they are, the more they say. */
const partHints = (words: readonly string[]): Hint[] => {
  const hints: Hint[] = []
  for (let length = Math.min(longestPhrase, words.length - 1); length > 0; length -= 1)
    for (let at = 0; at + length <= words.length; at += 1)
      for (const { role, weight } of byPhrase.get(words.slice(at, at + length).join(' ')) ?? [])
        hints.push({
          role,
          weight: weight / 2 - (words.length - length) / 10 + (at === 0 ? 0.2 : 0),
        })
  return hints
}

const isSideWord = (word: string): boolean =>
  (byPhrase.get(word) ?? []).some(({ role }) => role === 'debit' || role === 'credit')

/** What stands in brackets is beside the point, unless it says which side the amounts are on. */
const withoutBrackets = (bracketed: string): string => {
  const word = folded(bracketed)
  return isSideWord(word) ? ` ${word} ` : ' '
}

/** Before costs: what is left after them counts. */
const gross = /\b(?:gross|brutto|bruto|brut)\b/

/** The roles that a column's name speaks for, strongest first. */
export const hintsOf = (name: string): Hint[] => {
  const spaced = name.replace(/(\p{Ll})(\d)/gu, '$1 $2')
  const plain = folded(spaced.replace(/\([^)]{0,20}\)/g, withoutBrackets)) || folded(spaced)
  const words = plain.split(' ').slice(0, 12)
  const whole = (byPhrase.get(plain) ?? []).map(({ role, weight }) => ({
    role,
    weight: weight + 2,
  }))
  const ofParty = whole.length > 0 ? null : partyHint(plain)
  const isGross = gross.test(plain)
  const isOwn = whole.some(({ role }) => role === 'account')
  const ofParts = partHints(words).filter(({ role }) => !isOwn || role !== 'counterparty')
  const hints = [...whole, ...(ofParty === null ? [] : [ofParty]), ...ofParts].map((hint) =>
    isGross ? { ...hint, weight: hint.weight - 1 } : hint,
  )
  return hints.toSorted((one, other) => other.weight - one.weight)
}
