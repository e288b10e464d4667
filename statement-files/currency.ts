/** Currencies of ISO 4217 and how many decimals their amounts have. */
const known = new Set(Intl.supportedValuesOf('currency'))
const withoutDecimals = new Set(
  'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '),
)
const withThree = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '))

/** Whether a text is a currency code of ISO 4217, past ones included. */
export const isCurrency = (code: string): boolean => known.has(code)

/** Decimals of an amount in a currency; two where the currency is not known. */
export const decimalsOf = (currency: string | undefined): number => {
  if (currency === undefined) return 2
  if (withoutDecimals.has(currency)) return 0
  return withThree.has(currency) ? 3 : 2
}
