/** The elements of OFX that matter here, and which of them may stand in which: enough to do without end tags. */

export interface Place {
  line: number
  column: number
}

/** Leaves of one element: each has its slot, so that a line costs no memory of its own while it is read. */
export class Leaves {
  readonly #slots: ReadonlyMap<string, number>
  readonly #texts: string[]
  readonly #places: Place[]
  #isClear = true

  constructor(names: readonly string[]) {
    this.#slots = new Map(names.map((name, slot) => [name, slot]))
    this.#texts = names.map(() => '')
    this.#places = names.map(() => ({ line: 1, column: 1 }))
  }

  slot(name: string): number | undefined {
    return this.#slots.get(name)
  }

  /** Notes where a leaf begins. */
  place(slot: number, { line, column }: Place): void {
    const place = this.#places[slot]
    if (place === undefined) return
    place.line = line
    place.column = column
  }

  put(slot: number, text: string): void {
    this.#texts[slot] = text
    this.#isClear = false
  }

  at(slot: number): string {
    return this.#texts[slot] ?? ''
  }

  /** Text of a leaf; empty where it is absent or says nothing. */
  text(name: string): string {
    return this.#texts[this.#slots.get(name) ?? -1] ?? ''
  }

  /** Where a leaf with a text begins. */
  where(name: string): Place {
    return { ...(this.#places[this.#slots.get(name) ?? -1] ?? { line: 1, column: 1 }) }
  }

  clear(): void {
    if (this.#isClear) return
    this.#texts.fill('')
    this.#isClear = true
  }
}

export interface Element extends Place {
  readonly name: string
  /** An element ends where another of its level or a lower one begins. */
  readonly level: number
  readonly leaves: Leaves
}

/** Level 6 stands within a line, and a leaf behind it may belong to the line. */
export const innerLevel = 6

/** Name of the leaf that is the text of the element itself: some banks write no elements into a payee. */
export const ownText = '-'

const shapes: readonly [name: string, level: number, leaves?: string][] = [
  ['OFX', 0],
  ['SONRS', 1],
  ['STMTTRNRS', 1],
  ['CCSTMTTRNRS', 1],
  ['INVSTMTTRNRS', 1],
  ['STATUS', 2, 'CODE SEVERITY MESSAGE'],
  ['STMTRS', 2, 'CURDEF DTSTART DTEND LEDGER'],
  ['CCSTMTRS', 2, 'CURDEF'],
  ['INVSTMTRS', 2],
  ['LOANSTMTRS', 2],
  ['ACCTINFO', 2],
  ['BANKACCTFROM', 3, 'BANKID ACCTID ACCTTYPE'],
  ['CCACCTFROM', 3, 'ACCTID'],
  ['BANKTRANLIST', 3, 'DTSTART DTEND'],
  ['BANKTRANLISTP', 3],
  ['INVTRANLIST', 3],
  ['INVBANKTRAN', 4],
  ['INVTRAN', 4],
  ['LEDGERBAL', 3, 'BALAMT DTASOF'],
  ['AVAILBAL', 3],
  ['BALLIST', 3],
  [
    'STMTTRN',
    5,
    'TRNTYPE DTPOSTED DTAVAIL TRNAMT FITID CORRECTFITID CORRECTACTION CHECKNUM CHKNUM NAME EXTDNAME NAME2 MEMO',
  ],
  ['STMTTRNP', 5],
  ['PAYEE', innerLevel, `NAME ${ownText}`],
  ['EXTDPAYEE', innerLevel],
  ['BANKACCTTO', innerLevel, 'BANKID ACCTID'],
  ['CCACCTTO', innerLevel, 'ACCTID'],
  ['CURRENCY', innerLevel, 'CURRATE CURSYM'],
  ['ORIGCURRENCY', innerLevel, 'CURRATE CURSYM'],
]

/** Names in OFC, the format from which OFX was made and which some banks still write. */
const earlierNames: readonly [earlier: string, name: string][] = [
  ['OFC', 'OFX'],
  ['ACCTSTMT', 'STMTTRNRS'],
  ['ACCTFROM', 'BANKACCTFROM'],
  ['ACCTTO', 'BANKACCTTO'],
]

/** Names of all elements and leaves that are read. */
export const namesRead: readonly string[] = [
  ...shapes.flatMap(([name, , leaves = '']) => [name, ...leaves.split(' ')]),
  ...earlierNames.map(([earlier]) => earlier),
]

/** What lies around every document: the header of a file may be written as elements. */
export const createGround = (): Element => ({
  name: '',
  level: -1,
  leaves: new Leaves(['VERSION']),
  line: 1,
  column: 1,
})

/** Elements for the reading of one file, by each of their names. */
export const createElements = (): ReadonlyMap<string, Element> => {
  const elements = new Map<string, Element>()
  for (const [name, level, leaves = ''] of shapes) {
    const names = leaves === '' ? [] : leaves.split(' ')
    elements.set(name, { name, level, leaves: new Leaves(names), line: 1, column: 1 })
  }
  for (const [earlier, name] of earlierNames) {
    const element = elements.get(name)
    if (element !== undefined) elements.set(earlier, element)
  }
  return elements
}
