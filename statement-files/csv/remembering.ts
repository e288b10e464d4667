/** Keeps answers that are asked for again and again down a file. */

type Compute = (text: string) => string

/** The last answer only: neighbouring rows ask for the same. */
export const remembering = (compute: Compute): Compute => {
  let [asked, answer] = ['', compute('')]
  return (text) => {
    if (text !== asked) [asked, answer] = [text, compute(text)]
    return answer
  }
}

const answersKept = 1_000

/** Many answers, for what returns all over a file. */
export const rememberingMany = (compute: Compute): Compute => {
  const answers = new Map<string, string>()
  return (text) => {
    const known = answers.get(text)
    if (known !== undefined) return known
    if (answers.size >= answersKept) answers.clear()
    const answer = compute(text)
    answers.set(text, answer)
    return answer
  }
}
