import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import { messageCodes } from '../../domain/chatter.ts'
import en from '../../locales/en.json' with { type: 'json' }
import fr from '../../locales/fr.json' with { type: 'json' }
import { languageOf, languages } from '../../locales/languages.ts'
import nl from '../../locales/nl.json' with { type: 'json' }
import { renderDetail, renderMessage, renderProblem } from '../../locales/render.ts'

const files = { en, fr, nl }

const entries = (texts: Record<string, Record<string, string>>): [string, string][] =>
  Object.entries(texts).flatMap(([group, byKey]) =>
    Object.entries(byKey).map(([key, text]): [string, string] => [`${group}.${key}`, text]),
  )

/** Names of the parameters of a text, from its parse tree. */
const params = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(params)
  if (typeof value !== 'object' || value === null) return []
  const node = value as Record<string, unknown>
  const own = typeof node['value'] === 'string' && node['type'] !== 0 ? [node['value']] : []
  return [
    ...own,
    ...params(
      node['options'] === undefined
        ? []
        : Object.values(node['options'] as object).map(
            (option: { value: unknown }) => option.value,
          ),
    ),
  ]
}

const paramsOf = (text: string): string[] =>
  [
    ...new Set(params(new IntlMessageFormat(text, 'en', undefined, { ignoreTag: true }).getAst())),
  ].toSorted()

/** What the core passes with each message. */
const sent: Record<string, string[]> = {
  'state.changed': ['from', 'to'],
  'connection.created': ['institution', 'provider'],
  'connection.renewed': ['institution', 'until'],
  'connection.reconnected': ['institution'],
  'connection.gone': ['provider'],
  'consent.not_revoked': ['institution', 'provider'],
  'auto_sync.changed': ['enabled', 'user'],
  'accounts.chosen': ['n'],
  'accounts.changed': ['n'],
  'link.expired': [],
  'link.exited': [],
  'link.failed': ['institution', 'provider', 'failure'],
  'link.already_connected': ['institution', 'provider'],
  'consent.expiring': ['months', 'date'],
  'consent.expired': ['institution', 'date'],
  'credentials.invalid': ['institution'],
  'mfa.requested': ['institution', 'before'],
  'mfa.requested_at_provider': ['institution', 'before'],
  'mfa.accepted': ['institution', 'user'],
  'mfa.wrong': ['institution', 'user'],
  'mfa.expired': ['institution', 'user'],
  'mfa.expired_by_hand': ['institution', 'user'],
  'mfa.too_late': ['name'],
  'mfa.not_expected': ['name'],
  'mfa.no_answer': ['name'],
  'auto.not_supported': ['institution'],
  'institution.unavailable': ['institution', 'next'],
  'institution.action_required': ['institution'],
  'institution.unsupported': ['provider', 'institution'],
  'sync.done': ['n', 'accounts'],
  'sync.delayed': ['provider', 'since', 'next'],
  'sync.quota': ['institution', 'next'],
  'sync.provider_invalid': ['provider', 'next', 'reference'],
  'sync.failing': ['slots', 'since'],
  'sync.stopped': ['slots', 'since'],
  'sync.resumed': [],
  'sync.many_pages': ['pages'],
  'lines.corrected': ['n'],
  'file.imported': ['n', 'file'],
  'file.reverted': ['n', 'file'],
  'service.misconfigured': ['reference'],
  'internal.error': ['reference'],
  'signal.refused': ['name'],
}

const samples: Record<string, string | number> = {
  from: 'connected',
  to: 'error',
  institution: 'Banque Générale',
  provider: 'Ponto',
  until: '2027-02-14T11:00:00.000Z',
  enabled: 'off',
  user: 'Anna',
  n: 2,
  accounts: 1,
  months: 3,
  date: '2027-02-14',
  next: '2026-11-21T21:04:00.000Z',
  before: '2026-11-21T21:04:00.000Z',
  since: '2026-11-21T09:04:00.000Z',
  reference: 'BS-7K3M-92QX',
  slots: 4,
  pages: 200,
  name: 'hello',
  file: 'march.xml',
}

const sampleFor = (code: string): Record<string, string | number> =>
  Object.fromEntries((sent[code] ?? []).map((name) => [name, samples[name] ?? '']))

describe('the files', () => {
  test('have the same keys in every language', () => {
    const keys = entries(en).map(([key]) => key)
    for (const language of languages)
      expect(
        entries(files[language])
          .map(([key]) => key)
          .toSorted(),
      ).toEqual(keys.toSorted())
  })

  test('use the same parameters in every language', () => {
    const others = { fr: new Map(entries(fr)), nl: new Map(entries(nl)) }
    for (const [key, text] of entries(en))
      for (const language of ['fr', 'nl'] as const)
        expect([key, paramsOf(others[language].get(key) ?? '')]).toEqual([key, paramsOf(text)])
  })

  test('have a text for every message that can be posted, and for no other', () => {
    expect(Object.keys(en.messages).toSorted()).toEqual([...messageCodes].toSorted())
  })

  test('use only parameters that are sent', () => {
    for (const code of messageCodes) {
      const known = new Set((sent[code] ?? []).flatMap((name) => [name, `${name}Known`]))
      expect([code, paramsOf(en.messages[code]).filter((name) => !known.has(name))]).toEqual([
        code,
        [],
      ])
    }
  })

  test('use the typographic apostrophe, because the straight one starts a quotation', () => {
    for (const language of languages)
      expect(entries(files[language]).filter(([, text]) => text.includes("'"))).toEqual([])
  })

  test('do not shout', () => {
    for (const language of languages)
      expect(entries(files[language]).filter(([, text]) => text.includes('!'))).toEqual([])
  })
})

describe('a message', () => {
  const written = messageCodes.flatMap((code) =>
    languages.map((language) => ({
      code,
      language,
      text: renderMessage(language, code, sampleFor(code)),
    })),
  )

  test.each(written)('$code reads well in $language', ({ text }) => {
    expect(text).not.toMatch(/[{}]|undefined|NaN|Invalid|\s\s|\s\./)
    expect(text).not.toBe('')
    expect(text).not.toMatch(/T\d\d:\d\d/)
  })

  test('without a next attempt still makes whole sentences', () => {
    for (const language of languages)
      for (const code of messageCodes.filter((one) => sent[one]?.includes('next')))
        expect(renderMessage(language, code, { ...sampleFor(code), next: '' })).not.toMatch(
          /: ?\.|le \.|op \.|on \.|\s\s/,
        )
  })

  test('announces the end of a consent in the words people know', () => {
    expect(renderMessage('en', 'consent.expiring', { months: 3, date: '2027-02-14' })).toBe(
      'The authorization with your financial institution is expiring. Please click on "Update Credentials" to extend the authorization by 3 months. It ends on February 14, 2027.',
    )
    expect(renderMessage('en', 'consent.expiring', { months: 1, date: '2027-02-14' })).toContain(
      'by 1 month. ',
    )
  })

  test('names states and counts in the reader’s language', () => {
    expect(renderMessage('en', 'state.changed', { from: 'not_connected', to: 'connected' })).toBe(
      'State: Not connected → Connected',
    )
    expect(renderMessage('nl', 'state.changed', { from: 'connected', to: 'error' })).toBe(
      'Status: Verbonden → Fout',
    )
    expect(renderMessage('en', 'sync.done', { n: 1, accounts: 2 })).toBe(
      '1 new transaction in 2 accounts',
    )
    expect(renderMessage('fr', 'sync.done', { n: 0, accounts: 1 })).toBe(
      'Aucune nouvelle transaction sur 1 compte',
    )
  })

  test('shows an instant in the time of Brussels and leaves a calendar day alone', () => {
    const next = '2026-11-21T23:30:00.000Z'
    expect(renderMessage('nl', 'sync.quota', { institution: 'X', next })).toContain(
      '22 november 2026 om 00:30',
    )
    expect(
      renderMessage('fr', 'consent.expired', { institution: 'X', date: '2027-01-01' }),
    ).toContain('1 janvier 2027')
    expect(renderMessage('fr', 'consent.expired', { institution: 'X', date: next })).toContain(
      '22 novembre 2026',
    )
  })

  test('of a newer version is shown by its code instead of failing', () => {
    expect(renderMessage('en', 'something.new', { a: 1 })).toBe('something.new')
    expect(renderMessage('en', 'toString')).toBe('toString')
  })

  test('without its parameters is still text', () => {
    for (const code of messageCodes) expect(renderMessage('fr', code)).not.toBe('')
    expect(renderMessage('en', 'consent.expired', { institution: 'X', date: 'soon' })).toContain(
      'soon',
    )
  })

  test('takes words of a bank as words', () => {
    const text = renderMessage('en', 'credentials.invalid', {
      institution: '{n, plural} <b>ING</b>',
    })
    expect(text).toContain('{n, plural} <b>ING</b> refused')
  })
})

test('problems and their explanations are written in each language', () => {
  expect(renderProblem('fr', 'not-found')).toBe('Introuvable')
  expect(renderDetail('nl', 'quota', { next: '2026-11-21T21:04:00.000Z' })).toContain(
    '21 november 2026 om 22:04',
  )
  expect(renderDetail('en', 'quota', {})).toBe('Try again later.')
})

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['*', 'en'],
  ['de', 'en'],
  ['fr', 'fr'],
  ['nl-BE', 'nl'],
  ['de, fr;q=0.4, nl;q=0.8', 'nl'],
  ['fr;q=0, nl;q=0.1', 'nl'],
  ['en;q=0.5, fr;q=0.5', 'en'],
  [`${'de,'.repeat(1_000)}fr`, 'en'],
])('the header %j asks for %s', (header, language) => {
  expect(languageOf(header)).toBe(language)
})
