/** Finds the message in a file: bare, or inside envelopes with headers of their own; told by its namespace. */
import { problem, quoted, type Problem } from '../problem.ts'
import type { Attributes } from '../xml/attributes.ts'
import type { Reading } from './records.ts'
import { statementTree } from './statement-tree.ts'
import { createNode, localName, nodeAt, type Node } from './tree.ts'

/** What other messages are called; banks offer them beside statements. */
const otherMessages: readonly (readonly [element: string, message: string])[] = [
  ['BkToCstmrAcctRpt', 'camt.052'],
  ['BkToCstmrDbtCdtNtfctn', 'camt.054'],
  ['CstmrCdtTrfInitn', 'pain.001'],
  ['CstmrPmtStsRpt', 'pain.002'],
  ['CstmrDrctDbtInitn', 'pain.008'],
]

const isStatements = /camt\.053\.001\.(\d{2})/
const anyMessage = /\b[a-z]{4}\.\d{3}(?:\.\d{3}\.\d{2})?/

const growDocument = (): Node<Reading> => {
  const node = createNode<Reading>()
  nodeAt(node, 'BkToCstmrStmt').children.set('Stmt', statementTree())
  for (const [element, message] of otherMessages)
    nodeAt(node, element).open = ({ place }) => place.refuse(wrong(message, place.tag()))
  // the first version was never used by banks, and its elements are others
  nodeAt(node, 'BkToCstmrStmtV01').open = ({ place }) => place.refuse(tooOld())
  return node
}

const tooOld = (): Problem =>
  problem('unsupported_version', { format: 'CAMT.053', version: '01', wanted: '02' })

const wrong = (message: string, position: Problem['position']): Problem =>
  problem('wrong_message', { message: quoted(message) }, position)

const documentNode = growDocument()

/** Namespaces in scope, by prefix: of the elements around the message only. */
const createScopes = () => {
  const scopes: ReadonlyMap<string, string>[] = []
  return {
    enter(attributes: Attributes): void {
      const scope = new Map<string, string>()
      for (const [name, value] of attributes)
        if (name === 'xmlns' || name.startsWith('xmlns:')) scope.set(name.slice(6), value.trim())
      scopes.push(scope)
    },
    leave: () => void scopes.pop(),
    of: (name: string): string => {
      const prefix = name.includes(':') ? name.slice(0, name.indexOf(':')) : ''
      return scopes.findLast((scope) => scope.has(prefix))?.get(prefix) ?? ''
    },
  }
}

/** Watches the elements around messages; returns the node of a message where one begins. */
export const createEnvelope = (reading: Reading) => {
  const scopes = createScopes()
  let isFirst = true
  let hasVersion = false

  const check = (namespace: string): void => {
    const { place, output } = reading
    const version = isStatements.exec(namespace)
    if (version?.[1] === '01') place.refuse(tooOld())
    if (version !== null && !hasVersion) output.version(version[0])
    hasVersion ||= version !== null
    if (version === null && namespace !== '')
      place.refuse(wrong(anyMessage.exec(namespace)?.[0] ?? namespace, place.tag()))
  }

  return {
    outside(name: string, attributes: Attributes): Node<Reading> | null {
      const local = localName(name)
      if (isFirst && local.toLowerCase() === 'html')
        reading.place.refuse(problem('not_a_statement', { what: 'html' }))
      isFirst = false
      scopes.enter(attributes)
      const inner = documentNode.children.get(local)
      if (local !== 'Document' && inner === undefined) return null
      check(scopes.of(name))
      if (inner === undefined) return documentNode
      inner.open?.(reading, attributes)
      return inner
    },
    outsideClosed: scopes.leave,
  }
}

/** The problem of a file that was read to its end without any statement in it. */
export const withoutStatement = (): Problem => problem('not_a_statement', { what: 'xml' })
