import type { Challenge } from '../domain/mfa.ts'

const fieldsMax = 20
const optionsMax = 100
const labelMax = 200
const imageMaxBytes = 200_000
/** Nobody waits longer, whatever the provider says. */
const lifeMaxMs = 86_400_000

/** How files of each type begin. */
const beginnings = {
  'image/png': '89504e470d0a1a0a',
  'image/jpeg': 'ffd8ff',
  'image/gif': '474946383',
} as const

type Fields = Extract<Challenge, { kind: 'fields' }>

/** Only a picture that is what it says is ever shown. */
const checkedImage = ({ image }: Fields): Pick<Fields, 'image'> => {
  if (image === undefined) return {}
  const bytes = Buffer.from(image.base64, 'base64')
  const isSound =
    bytes.length <= imageMaxBytes && bytes.toString('hex').startsWith(beginnings[image.type])
  return isSound ? { image } : {}
}

const withinLimits = (expiresAt: string, nowMs: number): string =>
  new Date(Math.min(Date.parse(expiresAt), nowMs + lifeMaxMs)).toISOString()

/** A challenge as it may be kept and shown: bounded, and with a picture only where it is one. */
export const checkedChallenge = (challenge: Challenge, nowMs: number): Challenge => {
  const expiresAt = withinLimits(challenge.expiresAt, nowMs)
  if (challenge.kind === 'page') return { kind: 'page', expiresAt }
  const { image: _unchecked, ...rest } = challenge
  const fields = challenge.fields.slice(0, fieldsMax).map(({ options, ...field }) => ({
    ...field,
    label: field.label.slice(0, labelMax),
    ...(options === undefined ? {} : { options: options.slice(0, optionsMax) }),
  }))
  return { ...rest, fields, expiresAt, ...checkedImage(challenge) }
}
