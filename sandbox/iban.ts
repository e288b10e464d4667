/** A Belgian account number that passes its checks, out of the ten digits that identify the account. */
export const belgianIban = (account: number): string => {
  const digits = String(account).padStart(10, '0')
  const check = String(account % 97 || 97).padStart(2, '0')
  const remainder = Number(BigInt(`${digits}${check}111400`) % 97n)
  return `BE${String(98 - remainder).padStart(2, '0')}${digits}${check}`
}
