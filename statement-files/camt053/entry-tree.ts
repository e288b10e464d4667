/** Where an entry keeps what; every version and both shapes of each element, side by side. */
import { limits } from '../limits.ts'
import { problem } from '../problem.ts'
import { amountOf, isDebitOf } from './amount.ts'
import { addEntry } from './entries.ts'
import { Detail, Entry, Reference } from './records.ts'
import type { Amounts, Money, Party, Reading, TypeCode } from './records.ts'
import { createNode, nodeAt, onText, type Node } from './tree.ts'
import { dayIn, directionOf, moneyOf } from './values.ts'

const maxTexts = 200

const each = (prefix: string, ...paths: readonly string[]): string[] =>
  paths.map((path) => `${prefix}${path}`)

const onMoney = (
  from: Node<Reading>,
  path: string,
  store: (reading: Reading, text: string) => void,
): void => {
  nodeAt(from, path).open = (reading, attributes) => {
    reading.currency = attributes.get('Ccy')?.trim().toUpperCase()
  }
  onText(from, [path], store)
}

/** For information: an amount that cannot be read is left out. */
const informal = ({ currency }: Reading, text: string): Money | undefined => {
  const amount = amountOf(text)
  return amount === null ? undefined : { amount, currency }
}

const dates = (path: string): string[] => [path, `${path}/Dt`, `${path}/DtTm`]

const growAmounts = (
  from: Node<Reading>,
  prefix: string,
  amountsOf: (reading: Reading) => Amounts,
): void => {
  onMoney(from, `${prefix}AmtDtls/InstdAmt/Amt`, (reading, text) => {
    amountsOf(reading).instructed ??= informal(reading, text)
  })
  onMoney(from, `${prefix}AmtDtls/TxAmt/Amt`, (reading, text) => {
    amountsOf(reading).transaction ??= informal(reading, text)
  })
  onMoney(from, `${prefix}AmtDtls/CntrValAmt/Amt`, (reading, text) => {
    amountsOf(reading).counterValue ??= informal(reading, text)
  })
  const rates = each(`${prefix}AmtDtls/`, 'InstdAmt', 'TxAmt', 'CntrValAmt')
  onText(
    from,
    rates.map((path) => `${path}/CcyXchg/XchgRate`),
    (reading, text) => {
      const amounts = amountsOf(reading)
      if (/^\d{1,12}(?:\.\d{1,12})?$/.test(text)) amounts.rate ??= text
    },
  )
}

const growType = (
  from: Node<Reading>,
  prefix: string,
  typeOf: (reading: Reading) => TypeCode,
): void => {
  onText(from, [`${prefix}BkTxCd/Domn/Cd`], (reading, text) => {
    typeOf(reading).domain = text
  })
  onText(from, [`${prefix}BkTxCd/Domn/Fmly/Cd`], (reading, text) => {
    typeOf(reading).family = text
  })
  onText(from, [`${prefix}BkTxCd/Domn/Fmly/SubFmlyCd`], (reading, text) => {
    typeOf(reading).subfamily = text
  })
  onText(from, [`${prefix}BkTxCd/Prtry/Cd`], (reading, text) => {
    typeOf(reading).proprietary = text
  })
}

const growParty = (
  from: Node<Reading>,
  side: 'Dbtr' | 'Cdtr',
  partyOf: (reading: Reading) => Party,
): void => {
  const names = each(`RltdPties/${side}`, '/Nm', '/Pty/Nm', '/Agt/FinInstnId/Nm')
  onText(from, names, (reading, text) => {
    partyOf(reading).name ??= text
  })
  onText(from, each(`RltdPties/Ultmt${side}`, '/Nm', '/Pty/Nm'), (reading, text) => {
    partyOf(reading).ultimateName ??= text
  })
  const accounts = each(`RltdPties/${side}Acct/Id/`, 'IBAN', 'Othr/Id', 'BBAN')
  onText(from, accounts, (reading, text) => {
    partyOf(reading).account ??= text
  })
  const agents = [`RltdAgts/${side}Agt`, `RltdPties/${side}/Agt`]
  const codes = agents.flatMap((agent) => each(`${agent}/FinInstnId/`, 'BIC', 'BICFI'))
  onText(from, codes, (reading, text) => {
    partyOf(reading).bic ??= text
  })
}

const addText = (texts: string[] | undefined, text: string): string[] => {
  if (texts === undefined) return [text]
  if (texts.length < maxTexts) texts.push(text)
  return texts
}

const growRemittance = (from: Node<Reading>): void => {
  // its blanks count: a piece that is full goes on in the next
  nodeAt(from, 'RmtInf/Ustrd').text = ({ detail }, text) => {
    detail.unstructured = addText(detail.unstructured, text)
  }
  const documents = each('RmtInf/Strd/', 'RfrdDocInf/Nb', 'AddtlRmtInf')
  onText(from, documents, ({ detail }, text) => {
    detail.structured = addText(detail.structured, text)
  })
  const reference = nodeAt(from, 'RmtInf/Strd/CdtrRefInf')
  reference.open = (reading) => {
    const { detail } = reading
    reading.reference = new Reference()
    detail.references ??= []
    if (detail.references.length < maxTexts) detail.references.push(reading.reference)
  }
  onText(reference, ['Ref', 'CdtrRef'], (reading, text) => {
    const { line = 0, column = 0 } = reading.place.text()
    Object.assign(reading.reference, { text, line, column })
  })
  const types = ['Tp/CdOrPrtry/Cd', 'Tp/CdOrPrtry/Prtry', 'Tp/Cd', 'CdtrRefTp/Cd']
  onText(reference, types, (reading, text) => {
    reading.reference.type = text
  })
  onText(reference, ['Tp/Issr', 'CdtrRefTp/Issr'], (reading, text) => {
    reading.reference.issuer = text
  })
}

const growDetail = (from: Node<Reading>): void => {
  from.open = (reading) => {
    reading.detail = new Detail()
    const { details } = reading.entry
    if (details.length < limits.details) details.push(reading.detail)
  }
  onMoney(from, 'Amt', (reading, text) => {
    reading.detail.money ??= informal(reading, text)
  })
  onText(from, ['CdtDbtInd'], ({ detail }, text) => {
    detail.isDebit = isDebitOf(text) ?? undefined
  })
  onText(from, ['Refs/AcctSvcrRef'], ({ detail }, text) => {
    detail.bankReference = text
  })
  onText(from, ['Refs/EndToEndId'], ({ detail }, text) => {
    detail.endToEndId = text
  })
  onText(from, ['Refs/MndtId'], ({ detail }, text) => {
    detail.mandateId = text
  })
  onText(from, ['Refs/ChqNb'], ({ detail }, text) => {
    detail.chequeNumber = text
  })
  onText(from, ['AddtlTxInf'], ({ detail }, text) => {
    detail.additional = text
  })
  growAmounts(from, '', ({ detail }) => detail.amounts)
  growType(from, '', ({ detail }) => detail.type)
  growParty(from, 'Dbtr', ({ detail }) => detail.debtor)
  growParty(from, 'Cdtr', ({ detail }) => detail.creditor)
  growRemittance(from)
}

const growStatus = (from: Node<Reading>): void =>
  onText(from, ['Sts', 'Sts/Cd', 'Sts/Prtry'], ({ entry }, text) => {
    entry.status = text.toUpperCase()
  })

const growHead = (from: Node<Reading>): void => {
  onMoney(from, 'Amt', ({ entry, currency, place }, text) => {
    entry.money = moneyOf(entry, { text, at: place.text }, currency)
  })
  onText(from, ['CdtDbtInd'], ({ entry, place }, text) => {
    entry.isDebit = directionOf(entry, { text, at: place.text })
  })
  onText(from, dates('BookgDt'), ({ entry, place }, text) => {
    entry.bookedOn = dayIn(entry, { text, at: place.text }, 'booking')
  })
  onText(from, dates('ValDt'), ({ entry, place }, text) => {
    entry.valueOn = dayIn(entry, { text, at: place.text }, 'value')
  })
  onText(from, ['AcctSvcrRef'], ({ entry }, text) => {
    entry.bankReference = text
  })
  onText(from, ['AddtlNtryInf'], ({ entry }, text) => {
    entry.additional = text
  })
}

/** The node of `Ntry`. */
export const entryTree = (): Node<Reading> => {
  const node = createNode<Reading>()
  node.open = (reading) => {
    const { statement, place, rawLines } = reading
    reading.entryCount += 1
    if (reading.entryCount > limits.lines)
      place.refuse(problem('too_large', { what: 'lines', limit: limits.lines }, place.tag()))
    reading.entry = new Entry(place.tag())
    reading.entry.hasRaw = statement.booked.count < rawLines
    if (reading.entry.hasRaw) place.beginRaw()
  }
  node.close = addEntry
  growHead(node)
  growStatus(node)
  growAmounts(node, '', ({ entry }) => entry.amounts)
  growType(node, '', ({ entry }) => entry.type)
  growDetail(nodeAt(node, 'NtryDtls/TxDtls'))
  return node
}
