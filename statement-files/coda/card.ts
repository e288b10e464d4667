/** The number of a payment card with everything hidden but what a receipt shows: the first six and the last four. */
export const maskedCard = (number: string): string => {
  const hidden = number.length - 10
  return hidden <= 0
    ? '*'.repeat(number.length)
    : `${number.slice(0, 6)}${'*'.repeat(hidden)}${number.slice(-4)}`
}
