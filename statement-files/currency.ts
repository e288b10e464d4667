/** Currencies of ISO 4217 and how many decimals their amounts have. */
const current = `
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF
CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV
WST XAF XAG XAU XCD XCG XDR XOF XPD XPF XPT XSU XUA XXX YER ZAR ZMW ZWG`
const past = `
ANG ATS BEF BYR CSD CUC CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MRO MTL NLG PTE ROL SIT SKK SLL STD TRL VEB VEF
YUM ZMK ZWL`
// the list that the runtime brings names no past currency, and changes with its version
const known = new Set(`${current} ${past}`.trim().split(/\s+/))
/** Where there are not two. */
const decimals = new Map<string, number>(
  [
    [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
    [3, 'BHD IQD JOD KWD LYD OMR TND'],
    [4, 'CLF UYW'],
  ].flatMap(([count, codes]) =>
    String(codes)
      .split(' ')
      .map((code) => [code, Number(count)]),
  ),
)

/** Whether a text is a currency code of ISO 4217, past ones included. */
export const isCurrency = (code: string): boolean => known.has(code)

/** Decimals of an amount in a currency; two where the currency is not known. */
export const decimalsOf = (currency: string | undefined): number =>
  currency === undefined ? 2 : (decimals.get(currency) ?? 2)
