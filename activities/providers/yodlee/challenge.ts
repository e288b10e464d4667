/** What an institution asks in the middle of a refresh, as a form of ours; and the answer as Yodlee takes it. */
import { z } from 'zod'
import type { Challenge, MfaField } from '../../../domain/mfa.ts'
import type { FormField, FormRow, LoginForm, ProviderAccountEntry } from './schema.ts'
import { firstOf, plain } from './text.ts'

const labelMax = 200
const fieldsMax = 20
const optionsMax = 100
const timeoutMinMs = 10_000
const timeoutMaxMs = 600_000
const timeoutDefaultMs = 120_000
/** 200 KB of bytes as base64. */
const base64Max = 273_068

/** What is needed to hand over an answer. */
const keptSchema = z.object({
  v: z.literal(1),
  expiresAt: z.iso.datetime(),
  fields: z
    .array(z.object({ id: z.string(), value: z.string(), isOptional: z.boolean() }))
    .max(fieldsMax * 4),
})
export type Kept = z.infer<typeof keptSchema>

/** Reads `keep` of a challenge back; null where it is none of ours. */
export const keptOf = (text: string): Kept | null => {
  try {
    return keptSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

interface Asked {
  field: FormField
  row: FormRow
  form: LoginForm
  /** One of several rows of which one is enough. */
  isAlternative: boolean
}

const alternativesIn = (rows: readonly FormRow[]): Set<string> => {
  const choices = rows.flatMap(({ fieldRowChoice }) => fieldRowChoice ?? [])
  return new Set(choices.filter((choice, index) => choices.indexOf(choice) !== index))
}

const askedIn = (forms: readonly LoginForm[]): Asked[] =>
  forms.flatMap((form) => {
    const rows = form.row ?? []
    const alternatives = alternativesIn(rows)
    return rows.flatMap((row) => {
      const isAlternative = alternatives.has(row.fieldRowChoice ?? '')
      return (row.field ?? []).map((field) => ({ field, row, form, isAlternative }))
    })
  })

const hasPicture = ({ field }: Asked): boolean =>
  field.type === 'image' || (typeof field.image === 'string' && field.image !== '')
const isFixed = ({ field }: Asked): boolean => String(field.valueEditable ?? 'true') === 'false'
const choices = ['options', 'option', 'radio', 'checkbox']

const optionsOf = ({ option }: FormField): NonNullable<MfaField['options']> =>
  (option ?? []).slice(0, optionsMax).map(({ optionValue, displayText }) => ({
    value: optionValue ?? displayText ?? '',
    label: firstOf([plain(displayText, labelMax), optionValue], labelMax),
  }))

const typeOf = ({ field, form }: Asked): MfaField['type'] => {
  if (choices.includes(field.type ?? '') && (field.option ?? []).length > 0) return 'choice'
  if (form.formType === 'token') return 'code'
  return field.type === 'password' ? 'password' : 'text'
}

const labelOf = ({ field, row, form }: Asked): string => {
  const words = [row.label, form.mfaInfoText, form.mfaInfoTitle, field.name, field.id]
  return firstOf(
    words.map((text) => plain(text, labelMax)),
    labelMax,
  )
}

const maxLengthOf = ({ maxLength }: FormField): { maxLength?: number } => {
  const length = Number(maxLength ?? 0)
  return Number.isInteger(length) && length > 0 ? { maxLength: length } : {}
}

const isOptional = ({ field, isAlternative }: Asked): boolean =>
  field.isOptional === true || isAlternative

const toField = (asked: Asked): MfaField => {
  const type = typeOf(asked)
  return {
    name: asked.field.id,
    label: labelOf(asked),
    type,
    ...(type === 'choice' ? { options: optionsOf(asked.field) } : maxLengthOf(asked.field)),
    ...(isOptional(asked) ? { isOptional: true } : {}),
  }
}

const signatures = [
  { type: 'image/png', starts: '89504e470d0a1a0a' },
  { type: 'image/jpeg', starts: 'ffd8ff' },
  { type: 'image/gif', starts: '474946383761' },
  { type: 'image/gif', starts: '474946383961' },
] as const

type Image = NonNullable<Extract<Challenge, { kind: 'fields' }>['image']>

/** What a person fills in; a field that is a picture itself takes the answer only where no other one does. */
const openIn = (asked: readonly Asked[]): Asked[] => {
  const open = asked.filter((one) => !isFixed(one))
  const typed = open.filter(({ field }) => field.type !== 'image')
  return typed.length > 0 ? typed : open
}

/** A picture, where its first bytes say that it is one; what else a field may hold goes no further. */
const imageOf = (asked: readonly Asked[]): Image | null => {
  const { image, value } = asked.find(hasPicture)?.field ?? {}
  const text = typeof image === 'string' && image !== '' ? image : (value ?? '')
  const base64 = text.replace(/^data:image\/[a-z]{3,4};base64,/, '').replace(/\s+/g, '')
  if (base64 === '' || base64.length > base64Max || !/^[\w+/-]+={0,2}$/.test(base64)) return null
  const bytes = Buffer.from(base64, 'base64')
  const start = bytes.subarray(0, 8).toString('hex')
  const known = signatures.find(({ starts }) => start.startsWith(starts))
  return known ? { type: known.type, base64: bytes.toString('base64') } : null
}

const endOf = (forms: readonly LoginForm[], nowMs: number): string => {
  const told = Number(forms[0]?.mfaTimeout ?? Number.NaN)
  const ms = Number.isFinite(told) && told > 0 ? told : timeoutDefaultMs
  const bounded = Math.min(Math.max(ms, timeoutMinMs), timeoutMaxMs)
  return new Date(nowMs + bounded).toISOString()
}

/** The challenge that a waiting connection shows; one that no form of ours can ask leads to the widget's page. */
export const challengeOf = (entry: ProviderAccountEntry, nowMs: number): Challenge => {
  const forms = entry.loginForm ?? []
  const expiresAt = endOf(forms, nowMs)
  const asked = askedIn(forms)
  const open = openIn(asked)
  const image = imageOf(asked)
  // a picture that cannot be shown leaves its question without a sense
  const isBlind = asked.some(hasPicture) && image === null
  const isOurs = entry.authType !== 'OAUTH' && open.length > 0 && open.length <= fieldsMax
  if (!isOurs || isBlind || asked.length > fieldsMax * 4) return { kind: 'page', expiresAt }
  const fields = asked
    .filter((one) => open.includes(one) || isFixed(one))
    .map((one) => ({
      id: one.field.id,
      // a picture's bytes are no answer
      value: one.field.type === 'image' ? '' : (one.field.value ?? ''),
      isOptional: isOptional(one) || isFixed(one),
    }))
  return {
    kind: 'fields',
    fields: open.map(toField),
    ...(image === null ? {} : { image }),
    expiresAt,
    keep: JSON.stringify({ v: 1, expiresAt, fields } satisfies Kept),
  }
}

const answerMax = 1_000

/**
 * The answer as Yodlee takes it: everything the form holds except empty optional fields. Null where an answer that is
 * needed is missing.
 */
export const answerOf = (
  { fields }: Kept,
  answers: Readonly<Record<string, string>>,
): { id: string; value: string }[] | null => {
  const filled = fields.map(({ id, value, isOptional: mayBeEmpty }) => ({
    id,
    value: (Object.hasOwn(answers, id) ? (answers[id] ?? '') : value).slice(0, answerMax),
    mayBeEmpty,
  }))
  if (filled.some(({ value, mayBeEmpty }) => value === '' && !mayBeEmpty)) return null
  return filled.filter(({ value }) => value !== '').map(({ id, value }) => ({ id, value }))
}
