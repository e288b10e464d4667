/** Signs that begin a reference but are none: the tokenizer would only notice at the next semicolon, far from the place. */

const reference = /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});/y
const longestReference = 10

/** Index of the first `&` from a place on that begins none of the references XML knows; -1 where there is none. */
export const bareAmpersand = (text: string, from: number): number => {
  for (let at = text.indexOf('&', from); at >= 0; at = text.indexOf('&', at + 1)) {
    reference.lastIndex = at
    if (!reference.test(text)) return at
  }
  return -1
}

/** How much of the end of a piece belongs to what follows: a reference cut in two. */
export const unfinishedLength = (text: string): number => {
  const tail = text.slice(-longestReference)
  const ampersand = tail.lastIndexOf('&')
  return ampersand < 0 || tail.includes(';', ampersand) ? 0 : tail.length - ampersand
}
