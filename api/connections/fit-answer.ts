import { z } from 'zod'
import type { MfaField } from '../../domain/mfa.ts'
import type { FieldError } from '../problem.ts'
import { Problem } from '../problem.ts'

const answerMax = 500
const fieldsMax = 20

/** The one thing that was asked for, or several by the names of their fields. */
export const mfaAnswer = z
  .union([
    z.string().min(1).max(answerMax),
    z
      .record(z.string().min(1).max(100), z.string().max(answerMax))
      .refine((answers) => Object.keys(answers).length <= fieldsMax, `at most ${fieldsMax}`),
  ])
  .meta({ description: 'What the person typed or chose; a text where one thing is asked' })

export type MfaAnswer = z.infer<typeof mfaAnswer>

const byName = (answer: MfaAnswer, fields: readonly MfaField[]): Record<string, string> => {
  if (typeof answer !== 'string') return answer
  const [only, ...others] = fields.filter(({ isOptional }) => !isOptional)
  return only === undefined || others.length > 0 ? {} : { [only.name]: answer }
}

const faultOf = (field: MfaField, value: string | undefined): string | null => {
  if (value === undefined || value === '') return field.isOptional ? null : 'missing'
  if (value.length > (field.maxLength ?? answerMax)) return 'too long'
  const isOffered = field.options?.some((option) => option.value === value) ?? true
  return isOffered ? null : 'not one of the options'
}

/** The answer by the names of the fields; throws 400 that names the fields, never what was entered. */
export const fitAnswer = (
  answer: MfaAnswer,
  fields: readonly MfaField[],
): Record<string, string> => {
  const answers = byName(answer, fields)
  const known = new Set(fields.map(({ name }) => name))
  const errors: FieldError[] = []
  for (const field of fields) {
    const detail = faultOf(field, answers[field.name])
    if (detail !== null) errors.push({ pointer: `/body/answer/${field.name}`, detail })
  }
  if (Object.keys(answers).some((name) => !known.has(name)))
    errors.push({ pointer: '/body/answer', detail: 'names a field that is not asked for' })
  if (errors.length > 0) throw new Problem('validation-failed', 'mfa_answer_unfit', { errors })
  return answers
}
