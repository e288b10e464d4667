/** The elements that are wanted, as a tree: whatever is not in it is passed over without being looked at. */
import type { Attributes } from '../xml/attributes.ts'

export interface Node<State> {
  children: Map<string, Node<State>>
  open: ((state: State, attributes: Attributes) => void) | undefined
  /** Called with the element's own text when it ends; only such elements collect text. */
  text: ((state: State, text: string) => void) | undefined
  close: ((state: State) => void) | undefined
}

export const createNode = <State>(): Node<State> => ({
  children: new Map(),
  open: undefined,
  text: undefined,
  close: undefined,
})

/** The node at a path below another, made where it is not there yet. */
export const nodeAt = <State>(from: Node<State>, path: string): Node<State> => {
  let node = from
  for (const name of path.split('/')) {
    const child = node.children.get(name) ?? createNode()
    node.children.set(name, child)
    node = child
  }
  return node
}

/** Nearly all texts have none around them: two looks are cheaper than a copy. */
const withoutBlanks = (text: string): string =>
  isBlankOrOther(text, 0) || isBlankOrOther(text, text.length - 1) ? text.trim() : text

const isBlankOrOther = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code <= 0x20 || code > 0x7e
}

/** Says what becomes of the text of the elements at some paths, without the blanks around it. */
export const onText = <State>(
  from: Node<State>,
  paths: readonly string[],
  store: (state: State, text: string) => void,
): void => {
  for (const path of paths)
    nodeAt(from, path).text = (state, text) => {
      const trimmed = withoutBlanks(text)
      if (trimmed !== '') store(state, trimmed)
    }
}

/** The child of a name that may carry a namespace prefix: versions and banks differ in it, the local name is what counts. */
export const childOf = <State>(node: Node<State>, name: string): Node<State> | undefined =>
  node.children.get(name) ?? (name.includes(':') ? node.children.get(localName(name)) : undefined)

/** A name without its namespace prefix. */
export const localName = (name: string): string => name.slice(name.indexOf(':') + 1)
