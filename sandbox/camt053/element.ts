/** An XML element by its local name, and how to find one below another. */
export interface Element {
  name: string
  text: string
  currency: string | null
  children: Element[]
}

/** All elements at the end of a path of local names. */
export const allAt = (element: Element | undefined, ...path: string[]): Element[] => {
  let found = element === undefined ? [] : [element]
  for (const name of path)
    found = found.flatMap(({ children }) => children.filter((child) => child.name === name))
  return found
}

/** The text of the first element at the end of a path; null when there is none or it is empty. */
export const textAt = (element: Element | undefined, ...path: string[]): string | null => {
  const text = allAt(element, ...path)[0]?.text.trim() ?? ''
  return text === '' ? null : text
}
