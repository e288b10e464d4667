/** Forms: the login of a site, and what it asks after that. */
import { captcha } from './captcha.ts'
import type { MfaRound } from './script.ts'
import type { Site } from './sites.ts'

interface Field {
  id: string
  name: string
  type: 'text' | 'password' | 'options' | 'checkbox' | 'image'
  value: string
  isOptional: boolean
  valueEditable: string
  maxLength?: number
  isValueProvided?: boolean
  image?: string
  option?: { displayText: string; optionValue: string; isSelected: boolean }[]
}

interface Row {
  id: string
  label: string
  form: string
  fieldRowChoice: string
  field: Field[]
}

export interface LoginForm {
  id?: number
  formType: 'login' | 'questionAndAnswer' | 'token' | 'image'
  mfaTimeout?: number
  mfaInfoTitle?: string
  mfaInfoText?: string
  row: Row[]
}

type FieldPlan = Pick<Field, 'id' | 'type'> & { label: string } & Partial<Field>

const rowsOf = (plans: readonly FieldPlan[]): Row[] =>
  plans.map(({ label, ...field }, index) => ({
    id: `r${String(index + 1)}`,
    label,
    form: '0001',
    fieldRowChoice: String(index + 1).padStart(4, '0'),
    field: [{ name: label, value: '', isOptional: false, valueEditable: 'true', ...field }],
  }))

/** The ids of the login's two fields. */
export const loginFieldsOf = ({ providerId }: Site): { user: string; password: string } => ({
  user: String(providerId * 2 + 1),
  password: String(providerId * 2 + 2),
})

/** The form of the first login; with `known` the stored name of the user is filled in. */
export const loginForm = (site: Site, known: string | null = null): LoginForm => {
  const { user, password } = loginFieldsOf(site)
  const stored = known === null ? {} : { value: known, isValueProvided: true }
  return {
    id: site.providerId,
    formType: 'login',
    row: rowsOf([
      { id: user, label: 'User name', type: 'text', maxLength: 40, ...stored },
      { id: password, label: 'Password', type: 'password', maxLength: 40 },
    ]),
  }
}

const optionsOf = (texts: readonly string[]) =>
  texts.map((displayText, index) => ({
    displayText,
    optionValue: String(index),
    isSelected: false,
  }))

const pictureRows = (image: string, inAnswer: boolean): Row[] => {
  const answer: FieldPlan = { id: 'image', label: 'Digits of the picture', type: 'text' }
  if (inAnswer) return rowsOf([{ ...answer, image }])
  const picture: FieldPlan = { id: 'picture', label: 'Picture', type: 'image', image }
  return rowsOf([{ ...picture, isOptional: true, valueEditable: 'false' }, answer])
}

const rowsFor = (round: MfaRound): Row[] => {
  switch (round.ask) {
    case 'token':
      return rowsOf([{ id: 'token', label: 'Security code', type: 'text', maxLength: 6 }])
    case 'questions':
      return rowsOf(
        round.questions.map(({ label }, index) => ({
          id: `answer${String(index)}`,
          label,
          type: 'text',
        })),
      )
    case 'image':
      return pictureRows(captcha(round.answer), round.inAnswer ?? false)
    case 'password':
      return rowsOf([
        { id: 'password', label: 'Second password', type: 'password', maxLength: 40 },
        { id: 'remember', label: 'Remember me', type: 'checkbox', isOptional: true },
      ])
    case 'choice':
      return rowsOf([
        { id: 'choice', label: round.label, type: 'options', option: optionsOf(round.options) },
      ])
  }
}

const formTypes = {
  token: 'token',
  questions: 'questionAndAnswer',
  image: 'image',
  password: 'login',
  choice: 'questionAndAnswer',
} as const

const titles = {
  token: 'Security code',
  questions: 'Security questions',
  image: 'Picture',
  password: 'Second password',
  choice: 'A choice',
} as const

/** What a round asks; `leftMs` is the time that is left for the answer. */
export const mfaForm = (round: MfaRound, leftMs: number): LoginForm => ({
  formType: formTypes[round.ask],
  mfaTimeout: Math.max(Math.round(leftMs), 0),
  mfaInfoTitle: titles[round.ask],
  mfaInfoText: '',
  row: rowsFor(round),
})

/** Answers by the id of their field. */
export type Answers = ReadonlyMap<string, string>

const same = (one: string | undefined, other: string): boolean =>
  one?.trim().toLowerCase() === other.trim().toLowerCase()

/** Tells whether the answers are what the round expects. */
export const isRight = (round: MfaRound, answers: Answers): boolean => {
  switch (round.ask) {
    case 'token':
      return answers.get('token') === round.answer
    case 'questions':
      return round.questions.every(({ answer }, index) =>
        same(answers.get(`answer${String(index)}`), answer),
      )
    case 'image':
      return answers.get('image') === round.answer
    case 'password':
      return answers.get('password') === round.answer
    case 'choice':
      return answers.get('choice') === String(round.options.indexOf(round.answer))
  }
}

const mfaFields = new Set(['token', 'image', 'password', 'remember', 'choice'])

/** Tells whether the answers were meant for a question and not for the login. */
export const answersQuestion = (answers: Answers): boolean =>
  [...answers.keys()].some((id) => mfaFields.has(id) || /^answer\d+$/.test(id))
