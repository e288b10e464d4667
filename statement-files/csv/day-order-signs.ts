/** What a file says of the order of its days beside the days themselves: only few countries put the month first. */
import type { ColumnRole, DecimalSign } from '../../domain/csv-layout.ts'
import type { Column } from './column.ts'
import { fileCurrencies } from './file-currencies.ts'
import { folded } from './names.ts'

/** Currencies of the countries where the month may come first. */
const monthFirst = new Set(['USD', 'CAD', 'PHP'])

/** Words of headers in languages and countries that never put the month first. */
const otherLanguage =
  /\b(?:datum|fecha|dato|pvm|montant|libelle|bedrag|omschrijving|betrag|buchung\w{0,10}|verwendungszweck|importe|concepto|importo|descrizione|kwota|opis|castka|belop|belob|saldo|solde|rekening|konto|compte|historico|valor|descricao|descripcion|descrizione|movimiento|movimento|beschreibung|beskrivelse|tekst|zprava|mena|waluta|valuta|devise|devies|munt|wahrung|sort code|bsb|ifsc|paid in|paid out|narrative|narration)\b/

export interface FileSigns {
  columns: readonly Column[]
  roles: readonly ColumnRole[]
  /** Null where no amount tells it. */
  decimalSign: DecimalSign | null
}

/** Whether nobody who writes such a file puts the month first. */
export const putsDayFirst = (signs: FileSigns): boolean => {
  const { columns, decimalSign } = signs
  if (decimalSign === ',') return true
  if (columns.some(({ isIbans, name }) => isIbans || otherLanguage.test(folded(name)))) return true
  const currencies = fileCurrencies(signs)
  return currencies.length > 0 && !currencies.some((code) => monthFirst.has(code))
}
