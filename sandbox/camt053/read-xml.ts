/** Walks through the XML of a statement file and hands over every entry and every statement as it ends. */
import { SaxesParser } from 'saxes'
import type { Element } from './element.ts'
import { CamtProblem } from './problem.ts'

export interface Listener {
  entry(element: Element): void
  /** The statement without its entries. */
  statement(element: Element): void
}

const depthMax = 60
const chunkLength = 65_536

const others: Record<string, string> = {
  BkToCstmrAcctRpt: 'an account report (camt.052), not a statement',
  BkToCstmrDbtCdtNtfctn: 'a debit or credit notification (camt.054), not a statement',
  CstmrCdtTrfInitn: 'a payment order (pain.001), not a statement',
  CstmrDrctDbtInitn: 'a direct debit order (pain.008), not a statement',
  CstmrPmtStsRpt: 'a payment status report (pain.002), not a statement',
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

const newElement = (name: string, currency: string | null): Element => ({
  name,
  text: '',
  currency,
  children: [],
})

interface Walk {
  stack: Element[]
  statements: number
  insideStatements: boolean
  otherKind: string | null
}

const open = (walk: Walk, element: Element): void => {
  walk.stack.push(element)
  if (walk.stack.length > depthMax) throw new CamtProblem('the elements are nested too deeply')
  if (element.name === 'BkToCstmrStmt') walk.insideStatements = true
  walk.otherKind ??= others[element.name] ?? null
}

const shut = (walk: Walk, listener: Listener): void => {
  const element = walk.stack.pop()
  const parent = walk.stack.at(-1)
  if (element === undefined || parent === undefined) return
  const isEntry = element.name === 'Ntry' && parent.name === 'Stmt'
  const isStatement = element.name === 'Stmt' && parent.name === 'BkToCstmrStmt'
  if (isEntry) listener.entry(element)
  else if (isStatement) {
    walk.statements += 1
    listener.statement(element)
  } else if (walk.stack.some(({ name }) => name === 'Stmt')) parent.children.push(element)
}

const refuseWithoutStatement = ({ statements, insideStatements, otherKind }: Walk): void => {
  if (statements > 0) return
  if (!insideStatements && otherKind !== null) throw new CamtProblem(`this is ${otherKind}`)
  throw new CamtProblem(
    insideStatements
      ? 'the file holds no statement (no Stmt inside BkToCstmrStmt)'
      : 'this is not a CAMT.053 file (no BkToCstmrStmt)',
  )
}

/** Reads the text; throws a problem when it is not well-formed, has a DOCTYPE or holds no statement. */
export const readXml = (text: string, listener: Listener): void => {
  const walk: Walk = { stack: [], statements: 0, insideStatements: false, otherKind: null }
  const parser = new SaxesParser({ position: true })
  parser.on('error', (error) => {
    throw new CamtProblem(`the XML is not well-formed: ${error.message}`)
  })
  parser.on('doctype', () => {
    throw new CamtProblem('the file has a DOCTYPE, which is refused')
  })
  parser.on('opentag', ({ name, attributes }) => {
    const currency = attributes['Ccy']
    open(walk, newElement(localName(name), typeof currency === 'string' ? currency.trim() : null))
  })
  const append = (piece: string) => {
    const element = walk.stack.at(-1)
    if (element !== undefined) element.text += piece
  }
  parser.on('text', append)
  parser.on('cdata', append)
  parser.on('closetag', () => shut(walk, listener))
  for (let start = 0; start < text.length; start += chunkLength)
    parser.write(text.slice(start, start + chunkLength))
  parser.close()
  refuseWithoutStatement(walk)
}
