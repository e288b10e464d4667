/** Who gets in at a bank: the test logins of Plaid's own sandbox, and what is asked after the password. */
import type { PlaidScript } from './script.ts'
import type { LinkStep, Rounds } from './state.ts'

/** Answer to the one-time code. */
const deviceCode = '1234'
/** Name of the person whose lines move with every refresh. */
export const dynamicUser = 'user_transactions_dynamic'

const goodUsers = new Set(['user_good', dynamicUser])
const roundsMax = 10

export type Login =
  | { outcome: 'in' }
  | { outcome: 'asked'; step: LinkStep; rounds: Rounds }
  | { outcome: 'refused'; code: string }

const asked = (step: LinkStep, [rounds, questions, options]: readonly number[] = []): Login => {
  const within = (wish: number | undefined) => Math.min(Math.max(wish ?? 1, 1), roundsMax)
  return {
    outcome: 'asked',
    step,
    rounds: {
      round: 1,
      rounds: within(rounds),
      questions: within(questions),
      options: within(options ?? 2),
    },
  }
}

const scripted: Record<PlaidScript['mfa'], Login> = {
  none: { outcome: 'in' },
  device: asked('device'),
  questions: asked('questions', [1, 1]),
  selections: asked('selections', [1, 1, 2]),
}

const challenged = (password: string): Login | null => {
  if (password === 'mfa_device') return asked('device')
  const [, kind, figures = ''] = /^mfa_(questions|selections)((?:_\d+)*)$/.exec(password) ?? []
  if (kind !== 'questions' && kind !== 'selections') return null
  return asked(kind, figures.split('_').slice(1).map(Number))
}

const passwordError = (password: string): string | null => {
  if (password === '{"recaptcha":"bad"}') return 'RECAPTCHA_BAD'
  return /^error_([A-Z_]{3,80})$/.exec(password)?.[1] ?? null
}

/** What happens to a person with this name and password at a bank. */
export const logIn = (
  script: PlaidScript,
  { username, password }: { username: string; password: string },
): Login => {
  const code = script.loginError ?? passwordError(password)
  if (code !== null) return { outcome: 'refused', code }
  if (!goodUsers.has(username)) return { outcome: 'refused', code: 'INVALID_CREDENTIALS' }
  const challenge = challenged(password)
  if (challenge !== null) return challenge
  if (password === 'pass_good' || username === dynamicUser) return scripted[script.mfa]
  return { outcome: 'refused', code: 'INVALID_CREDENTIALS' }
}

/** The right answers to the round that is open, in the order of the questions. */
export const rightAnswers = (step: LinkStep, { round, questions }: Rounds): string[] => {
  if (step === 'code') return [deviceCode]
  return Array.from({ length: questions }, (_, index) =>
    step === 'questions' ? `answer_${round - 1}_${index}` : 'Yes',
  )
}
