/** One entry of a scripted account, as the bank knows it. A changed line is a new object. */
export interface Line {
  id: string
  status: 'booked' | 'pending'
  bookedOn: string
  valueOn: string | null
  /** Digits as they go over the wire, for example `-12.50` or `1e-2`. */
  amount: string
  currency: string
  text: string
  textType: 'structured' | 'unstructured'
  description: string | null
  counterpartyName: string | null
  counterpartyReference: string | null
  bankTransactionCode: string | null
  proprietaryCode: string | null
  purposeCode: string | null
  endToEndId: string | null
  mandateId: string | null
  creditorId: string | null
  additionalText: string | null
  internalReference: string | null
  cardReference: string | null
  fee: string | null
  /** The pending line that became this booked one. */
  postedFromId: string | null
  /** Replaces the computed content hash. */
  digest: string | null
  /** A hidden line exists at the bank but is left out of every answer. */
  hidden: boolean
  /** Order of arrival within the account; later lines of one day stand above earlier ones. */
  sequence: number
}

/** What a script says about a line; everything else is filled in. */
export type LineScript = Pick<Line, 'bookedOn' | 'amount'> &
  Partial<Omit<Line, 'bookedOn' | 'amount' | 'sequence'>>

/** A whole line out of what a script says about it. */
export const lineFrom = (
  script: LineScript,
  { id, currency, sequence }: { id: string; currency: string; sequence: number },
): Line => ({
  status: 'booked',
  valueOn: script.bookedOn,
  currency,
  text: '',
  textType: 'unstructured',
  description: null,
  counterpartyName: null,
  counterpartyReference: null,
  bankTransactionCode: null,
  proprietaryCode: null,
  purposeCode: null,
  endToEndId: null,
  mandateId: null,
  creditorId: null,
  additionalText: null,
  internalReference: null,
  cardReference: null,
  fee: null,
  postedFromId: null,
  digest: null,
  hidden: false,
  id,
  ...script,
  sequence,
})
