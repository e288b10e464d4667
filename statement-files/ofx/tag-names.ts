/** Which names are tags: those that are read, those that the standard has beside them, and those of vendors. */
import { namesRead } from './elements.ts'

/** What may follow the text of a line, a payee or an answer on the same line of the file. */
const passedOver =
  'ACCTKEY ADDR1 ADDR2 ADDR3 AVAILBAL BAL BANKMSGSRSV1 BRANCHID CATEGORY CHECKSUP CITY CLTCOOKIE COUNTRY ' +
  'CREDITCARDMSGSRSV1 DESC DSCAMT DTAVAIL DTEXPIRE DTSERVER DTTRAN DTUSER EXTDPMT FI IMAGEDATA IMAGEDELAY IMAGEREF ' +
  'IMAGEREFTYPE IMAGETTL IMAGETYPE INV401KSOURCE INVBAL INVSTMTMSGSRSV1 LANGUAGE LOANMSGSRSV1 MKTGINFO PAYEEID PHONE ' +
  'POSTALCODE REFNUM REWARDINFO SECLISTMSGSRSV1 SESSCOOKIE SIC SIGNONMSGSRSV1 SIGNUPMSGSRSV1 SRVRTID STATE ' +
  'SUBACCTFUND TRNUID VALUEDATE'

const names = new Set([...namesRead, ...passedOver.split(' ')])

/** Whether a name in capitals is that of a tag; vendors part theirs by dots. */
export const isTagName = (name: string): boolean => names.has(name) || name.includes('.')
