/** What the name of a column says of the two sides of a payment: who pays, who is paid, and what of them it holds. */
import { folded } from './names.ts'

export type Side = 'payer' | 'payee'

export interface PartyName {
  side: Side
  /** Null where the name says only whose it is. */
  what: 'name' | 'account' | 'bic' | null
}

const payer =
  /^(?:payer|sender|remitter|debtor|originator|from|absender|afsender|auftraggeber|zahlungspflichtiger?|zahler|avsandare|avsender|nadawc[ay]|platce|odesilatel|ordenante|ordinante|mittente|remetente|pagador|pagatore|ordre|emetteur|expediteur|debiteur|payeur|opdrachtgever|afzender|betaler|maksja|moketojas)$/
const payee =
  /^(?:payee|recipient|receiver|beneficiary|creditor|to|empfa?enger|empfanger|zahlungsempfa?enger|zahlungsempfanger|begunstigter?|beguenstigter?|mottagare|mottaker|modtager|odbiorc[ay]|prijemce|beneficiario|beneficiaria|destinatario|favorecido|beneficiaire|destinataire|begunstigde|ontvanger|saaja|gavejas)$/
const title = /^(?:naam|nom|name|nazev|nimi|navn|namn|nombre|nome|nazwa|nazwisko)$/
const account =
  /^(?:rekening|rekeningnummer|compte|account|iban|konto|kontonummer|kontonr|acct|bban|conto|cuenta|conta|uctu|ucet|rachunku|rachunek|saskaita|tili)$/
const bic = /^(?:bic|swift)$/
/** Words that change nothing, and the endings that both genders get. */
const filler =
  /^(?:in|r|s|n|of|the|der|des|du|de|da|do|del|della|d|l|van|full|no|nr|number|numer|nummer|numero|num|cislo|donneur|\d)$/

const joined =
  /(auftraggeber|empf(?:a|ae)nger|absender|zahler|zahlungspflichtiger?)(name|konto|iban|bic|blz)/g

/** What a name says of one side; null where it speaks of both, of neither, or of more than a name or a number. */
export const partyNameOf = (name: string): PartyName | null => {
  const words = folded(name).replace(joined, '$1 $2').split(' ').slice(0, 8)
  const said = { payer: false, payee: false, name: false, account: false, bic: false }
  for (const word of words) {
    if (payer.test(word)) said.payer = true
    else if (payee.test(word)) said.payee = true
    else if (title.test(word)) said.name = true
    else if (account.test(word)) said.account = true
    else if (bic.test(word)) said.bic = true
    else if (!filler.test(word)) return null
  }
  if (said.payer === said.payee) return null
  return { side: said.payer ? 'payer' : 'payee', what: whatOf(said) }
}

const whatOf = (said: { name: boolean; account: boolean; bic: boolean }): PartyName['what'] => {
  if (said.bic) return 'bic'
  if (said.name) return 'name'
  return said.account ? 'account' : null
}
