/** One month of one account, as its bank writes it in CAMT.053 and in CODA: the same lines, the same balances. */
import { amountOfCents } from '../../../bench/statement-files/amount-of-cents.ts'
import { belgianIban } from '../../../bench/statement-files/belgian.ts'
import {
  blanks,
  digits,
  firstRecords,
  joined,
  lastRecords,
  signed,
  wide,
  type Frame,
} from '../../../bench/statement-files/coda-record.ts'

interface Movement {
  /** `YYYY-MM-DD`. */
  on: string
  /** Signed. */
  cents: number
  name: string
  iban: string
  text: string
  endToEndId: string
}

export interface Month {
  iban: string
  holder: string
  openingCents: number
  movements: readonly Movement[]
}

const dayMs = 86_400_000

/** A month of an account that ended a week ago; two of its lines are twins. */
export const aMonth = (account: number, mark: string): Month => {
  const movements = Array.from({ length: 20 }, (_none, index): Movement => {
    const isTwin = index === 8
    const own = isTwin ? 7 : index
    return {
      on: new Date(Date.now() - (30 - own) * dayMs).toISOString().slice(0, 10),
      cents: own % 3 === 0 ? 10_000 + own * 137 : -(1_000 + own * 211),
      name: `${mark} Partner ${own}`,
      iban: belgianIban(account + 1 + (own % 5)),
      text: `${mark} INVOICE ${own}`,
      endToEndId: isTwin || own === 7 ? '' : `E2E${account}N${own}`,
    }
  })
  const holder = `${mark} HOLDER`
  return { iban: belgianIban(account), holder, openingCents: 123_456, movements }
}

const sumOf = (movements: readonly Movement[]): number =>
  movements.reduce((sum, { cents }) => sum + cents, 0)

const marked = (cents: number): string =>
  `<Amt Ccy="EUR">${amountOfCents(Math.abs(cents))}</Amt><CdtDbtInd>${cents < 0 ? 'DBIT' : 'CRDT'}</CdtDbtInd>`

const balance = (code: string, cents: number, on: string): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${marked(cents)}<Dt><Dt>${on}</Dt></Dt></Bal>`

const entry = ({ on, cents, name, iban, text, endToEndId }: Movement): string => {
  const side = cents < 0 ? 'Cdtr' : 'Dbtr'
  const refs = endToEndId === '' ? 'NOTPROVIDED' : endToEndId
  return `<Ntry>${marked(cents)}<Sts>BOOK</Sts><BookgDt><Dt>${on}</Dt></BookgDt><ValDt><Dt>${on}</Dt></ValDt><BkTxCd/><NtryDtls><TxDtls><Refs><EndToEndId>${refs}</EndToEndId></Refs><RltdPties><${side}><Nm>${name}</Nm></${side}><${side}Acct><Id><IBAN>${iban}</IBAN></Id></${side}Acct></RltdPties><RmtInf><Ustrd>${text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>`
}

const edges = ({ movements }: Month): [first: string, last: string] => [
  movements[0]?.on ?? '',
  movements.at(-1)?.on ?? '',
]

/** The month as one CAMT.053 statement. */
export const asCamt = (month: Month): string => {
  const { iban, openingCents, movements } = month
  const [first, last] = edges(month)
  return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>${last}T20:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><CreDtTm>${last}T20:00:00</CreDtTm><Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>${balance('OPBD', openingCents, first)}${balance('CLBD', openingCents + sumOf(movements), last)}${movements.map(entry).join('\n')}</Stmt></BkToCstmrStmt></Document>`
}

const thousandths = (cents: number): bigint => BigInt(cents) * 10n
const shortDay = (on: string): string => `${on.slice(8)}${on.slice(5, 7)}${on.slice(2, 4)}`

const movementRecords = (movement: Movement, index: number): string[] => {
  const { on, cents, name, iban, text, endToEndId } = movement
  const numbers = `${digits(index + 1, 4)}0000`
  const day = shortDay(on)
  const code = cents < 0 ? '00101000' : '00150000'
  return [
    `21${numbers}${wide(`BANK${numbers}`, 21)}${signed(thousandths(cents))}${day}${code}0${wide(text, 53)}${day}00001 0`,
    `22${numbers}${blanks(53)}${wide(endToEndId, 35)}${blanks(27)}1 0`,
    `23${numbers}${wide(iban, 34)}EUR${wide(name, 35)}${blanks(43)}0 0`,
  ]
}

interface Day {
  month: Month
  openingCents: number
  movements: readonly Movement[]
  isLast: boolean
}

const group = ({ month, openingCents, movements, isLast }: Day): string[] => {
  const day = shortDay(movements.at(-1)?.on ?? '')
  const opening = thousandths(openingCents)
  const frame: Frame = { ...month, createdOn: day, openingOn: day, opening, closingOn: day }
  const records = movements.flatMap(movementRecords)
  const debit = -thousandths(sumOf(movements.filter(({ cents }) => cents < 0)))
  const credit = thousandths(sumOf(movements.filter(({ cents }) => cents > 0)))
  const totals = { records: records.length, debit, credit, isLast }
  return [...firstRecords(frame), ...records, ...lastRecords(frame, totals)]
}

/** The month as CODA, one statement a day. */
export const asCoda = (month: Month): string => {
  const days = Map.groupBy(month.movements, ({ on }) => on)
  let openingCents = month.openingCents
  const groups = [...days.values()].map((movements, index) => {
    const records = group({ month, openingCents, movements, isLast: index === days.size - 1 })
    openingCents += sumOf(movements)
    return records
  })
  return joined(groups.flat())
}
