/** Whether amounts are written from the side of the issuer of a card, as the texts of payments to it give away. */
import { readRowAmount, type SingleAmount } from './amounts.ts'
import type { ChoiceInput } from './choice-input.ts'
import { folded } from './names.ts'

/** What an issuer writes when the holder has paid; the holder's own bank writes it of no line. */
const thanks =
  /\b(?:payment thank you|thank you for your payment|payment received|autopay payment|paiement recu|merci de votre paiement|pagamento recebido|pago recibido|zahlung erhalten|betaling ontvangen|pagamento ricevuto|payment merci)\b/

/** Payments to the card have a minus, and most other lines have none. */
export const isOfIssuer = (input: ChoiceInput, source: SingleAmount): boolean => {
  if (source.direction >= 0) return false
  const reading = { source, sign: input.decimalSign, isInverted: false }
  let [paid, out, into] = [0, 0, 0]
  for (const { cells } of input.survey.sample) {
    const amount = readRowAmount(cells, reading)
    if (typeof amount !== 'string') continue
    const isPayment = thanks.test(folded(cells.join(' ')))
    const isNegative = amount.startsWith('-')
    if (isPayment && !isNegative) return false
    if (isPayment) paid += 1
    if (isNegative) out += 1
    else into += 1
  }
  return paid > 0 && into >= out
}
