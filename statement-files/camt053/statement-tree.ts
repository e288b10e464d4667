/** Where a statement keeps what, beside its entries. */
import { compactNumber, ibanOf } from '../../domain/iban.ts'
import { problem } from '../problem.ts'
import { dayOfIso } from '../day.ts'
import { limits } from '../limits.ts'
import { addBalance, checkBalanceCurrency, checkpointsOf } from './balances.ts'
import { checkAccountCurrency, settleCurrency } from './currency.ts'
import { entryTree } from './entry-tree.ts'
import { Balance, StatedTotal, Statement, type Reading } from './records.ts'
import { stated } from './remittance.ts'
import { checkTotals } from './totals.ts'
import { createNode, nodeAt, onText, type Node } from './tree.ts'
import { dayIn, directionOf, moneyOf } from './values.ts'

const growAccount = (from: Node<Reading>): void => {
  onText(from, ['Acct/Id/IBAN'], ({ statement }, text) => {
    statement.accountNumber = ibanOf(text) ?? compactNumber(text)
  })
  onText(
    from,
    ['Acct/Id/Othr/Id', 'Acct/Id/BBAN', 'Acct/Id/PrtryAcct/Id'],
    ({ statement }, text) => {
      statement.accountNumber ??= ibanOf(text) ?? text
    },
  )
  onText(from, ['Acct/Ccy'], ({ statement }, text) => {
    statement.accountCurrency = text.toUpperCase()
  })
  onText(from, ['Acct/Ownr/Nm', 'Acct/Ownr/Pty/Nm'], ({ statement }, text) => {
    statement.holder = text
  })
  onText(from, ['Acct/Nm'], ({ statement }, text) => {
    statement.holder ??= text
  })
  const bank = 'Acct/Svcr/FinInstnId'
  onText(from, [`${bank}/BIC`, `${bank}/BICFI`], ({ statement }, text) => {
    statement.bank = text
  })
  onText(from, [`${bank}/ClrSysMmbId/MmbId`], ({ statement }, text) => {
    statement.bank ??= text
  })
  onText(from, ['Acct/Tp/Cd', 'Acct/Tp/Prtry'], ({ statement }, text) => {
    statement.accountType = text
  })
}

const growBalance = (from: Node<Reading>): void => {
  from.open = (reading) => {
    const { statement, place } = reading
    if (statement.balances.length >= limits.balances)
      place.refuse(problem('too_large', { what: 'balances', limit: limits.balances }, place.tag()))
    reading.balance = new Balance(place.tag())
  }
  from.close = ({ statement, balance }) => addBalance(statement, balance)
  const codes = ['Tp/CdOrPrtry/Cd', 'Tp/CdOrPrtry/Prtry', 'Tp/Cd']
  onText(from, codes, ({ balance }, text) => {
    balance.code = text.toUpperCase()
  })
  nodeAt(from, 'Amt').open = (reading, attributes) => {
    reading.currency = attributes.get('Ccy')?.trim().toUpperCase()
  }
  onText(from, ['Amt'], ({ balance, currency, place }, text) => {
    balance.money = moneyOf(balance, { text, at: place.text }, currency)
  })
  onText(from, ['CdtDbtInd'], ({ balance, place }, text) => {
    balance.isDebit = directionOf(balance, { text, at: place.text }) ?? false
  })
  onText(from, ['Dt', 'Dt/Dt', 'Dt/DtTm'], ({ balance, place }, text) => {
    balance.on = dayIn(balance, { text, at: place.text }, 'balance')
  })
}

type TotalName = 'allEntries' | 'credits' | 'debits'

const growTotal = (from: Node<Reading>, path: string, name: TotalName): void => {
  nodeAt(from, path).open = ({ statement, place }) => {
    statement[name] = new StatedTotal(place.tag())
  }
  onText(from, [`${path}/NbOfNtries`], ({ statement }, text) => {
    const total = statement[name]
    if (total !== undefined) total.count = text
  })
  onText(from, [`${path}/Sum`], ({ statement }, text) => {
    const total = statement[name]
    if (total !== undefined) total.sum = text
  })
}

const growHead = (from: Node<Reading>): void => {
  onText(from, ['Id'], ({ statement }, text) => {
    statement.id = text
  })
  onText(from, ['ElctrncSeqNb'], ({ statement }, text) => {
    statement.electronicNumber = text
  })
  onText(from, ['LglSeqNb'], ({ statement }, text) => {
    statement.legalNumber = text
  })
  onText(from, ['CpyDplctInd'], ({ statement }, text) => {
    statement.copy = text.toUpperCase()
  })
  onText(from, ['FrToDt/FrDtTm', 'FrToDt/FrDt'], ({ statement }, text) => {
    const day = dayOfIso(text)
    if (day !== null) statement.open.head.from = day
  })
  onText(from, ['FrToDt/ToDtTm', 'FrToDt/ToDt'], ({ statement }, text) => {
    const day = dayOfIso(text)
    if (day !== null) statement.open.head.to = day
  })
}

const copies = new Set(['DUPL', 'COPY', 'CODU'])

/** Writes down what is known of a statement, whole or not. */
export const describe = (statement: Statement): void => {
  const { open, id, electronicNumber, legalNumber } = statement
  settleCurrency(statement, undefined)
  const account = statement.account()
  if (account !== undefined) open.head.account = account
  const number = stated(id) ?? electronicNumber ?? legalNumber
  if (number !== undefined) open.head.bankStatementId = number
  open.head.checkpoints = checkpointsOf(statement)
  if (statement.copy !== undefined && copies.has(statement.copy)) open.head.isBankDuplicate = true
}

const complete = ({ statement }: Reading): void => {
  const { open, skippedCount, position } = statement
  describe(statement)
  checkAccountCurrency(statement)
  checkBalanceCurrency(statement)
  checkTotals(statement)
  if (open.head.isBankDuplicate) open.problem(problem('bank_duplicate', {}, position))
  if (skippedCount > 0)
    open.problem(problem('rows_skipped', { n: skippedCount, reason: 'pending' }, position))
  open.close()
}

/** The node of `Stmt`. */
export const statementTree = (): Node<Reading> => {
  const node = createNode<Reading>()
  node.open = (reading) => {
    reading.statementCount += 1
    reading.statement = new Statement(reading.output.open(), reading.place.tag())
  }
  node.close = complete
  growHead(node)
  growAccount(node)
  growBalance(nodeAt(node, 'Bal'))
  growTotal(node, 'TxsSummry/TtlNtries', 'allEntries')
  growTotal(node, 'TxsSummry/TtlCdtNtries', 'credits')
  growTotal(node, 'TxsSummry/TtlDbtNtries', 'debits')
  node.children.set('Ntry', entryTree())
  return node
}
