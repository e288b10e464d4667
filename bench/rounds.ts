/** Contestants take turns, so that whatever else the machine does meets all of them alike. */
export interface RoundOptions<Name extends string> {
  /** Runs one turn of a contestant and returns its number, such as seconds or requests per second. */
  turn: (name: Name, round: number) => Promise<number>
  rounds: number
  /** Turns each before counting starts. */
  warmUps?: number
}

/** Plays the rounds, each in another order; returns the numbers of every contestant, round by round. */
export const playRounds = async <Name extends string>(
  names: readonly Name[],
  { turn, rounds, warmUps = 2 }: RoundOptions<Name>,
): Promise<Record<Name, number[]>> => {
  const played = new Map<Name, number[]>(names.map((name) => [name, []]))
  for (let round = -warmUps; round < rounds; round += 1) {
    const first = (round + warmUps) % names.length
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const number = await turn(name, round)
      if (round >= 0) played.get(name)?.push(number)
    }
  }
  // oxlint-disable-next-line no-unsafe-type-assertion -- every name has its list
  return Object.fromEntries(played) as Record<Name, number[]>
}

/** Round by round, the first list over the second. */
export const ratios = (over: readonly number[], under: readonly number[]): number[] =>
  over.map((number, round) => number / (under[round] ?? Number.NaN))
