import type { ProviderAccount } from './account.ts'

/** An account of the tenant that a provider's account may turn out to be. */
export interface KnownAccount {
  accountId: string
  number: string | null
  name: string
  type: string
  currency: string
  /** The provider's ids of it within this connection, of all generations; empty where it was never reached. */
  providerAccountIds: string[]
  /** Those of the current generation, where a tie once made stands. */
  tiedIds: string[]
}

/** Whether digits of a number are hidden, so that two accounts may show the same one. */
export const isMasked = (number: string): boolean => /[*•·.]|xx/i.test(number)

type Rule = (shown: ProviderAccount, known: KnownAccount) => boolean

const alreadyTied: Rule = (shown, known) => known.tiedIds.includes(shown.providerAccountId)

const contradicts: Rule = (shown, known) =>
  shown.currency !== known.currency ||
  (shown.number !== undefined && known.number !== null && shown.number !== known.number)

const sameNumber: Rule = (shown, known) =>
  shown.number !== undefined &&
  shown.number === known.number &&
  shown.currency === known.currency &&
  (!isMasked(shown.number) || known.providerAccountIds.length > 0)

const sameProviderId: Rule = (shown, known) =>
  known.providerAccountIds.includes(shown.providerAccountId) && !contradicts(shown, known)

const sameDescription: Rule = (shown, known) =>
  known.providerAccountIds.length > 0 &&
  !contradicts(shown, known) &&
  shown.type === known.type &&
  shown.name === known.name

/** The sure rules first; each account is used at most once. */
const rules: readonly Rule[] = [alreadyTied, sameNumber, sameProviderId, sameDescription]

export interface Matching {
  /** The provider's id → our account id. */
  matched: Map<string, string>
  /** Shown accounts for which a rule had several answers. */
  unclear: number
}

/** Says which shown accounts are accounts already known; a rule counts only where it is unique on both sides. */
export const matchAccounts = (
  shown: readonly ProviderAccount[],
  known: readonly KnownAccount[],
): Matching => {
  const matched = new Map<string, string>()
  const doubtful = new Set<string>()
  for (const rule of rules) {
    const used = new Set(matched.values())
    const open = shown.filter(({ providerAccountId }) => !matched.has(providerAccountId))
    const free = known.filter(({ accountId }) => !used.has(accountId))
    for (const account of open) {
      const answers = free.filter((candidate) => rule(account, candidate))
      const [answer] = answers
      if (!answer) continue
      const rivals = open.filter((other) => rule(other, answer))
      if (answers.length === 1 && rivals.length === 1)
        matched.set(account.providerAccountId, answer.accountId)
      else doubtful.add(account.providerAccountId)
    }
  }
  const unclear = [...doubtful].filter((id) => !matched.has(id)).length
  return { matched, unclear }
}
