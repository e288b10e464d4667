/** What a person sees on the hosted page. */
import type { Bank, BankAccount } from '../bank.ts'
import { catalogueOf } from '../catalogue.ts'
import type { Answer } from '../http.ts'
import { html } from '../http.ts'
import { button, checkbox, escapeHtml, page } from '../ponto/page.ts'
import type { World } from '../world.ts'
import { codeOf } from './provider-codes.ts'
import type { Visit } from './state.ts'

const choicesMax = 50

const form = ({ token }: Visit, content: string): string =>
  `<form method="post" action="/connect?token=${escapeHtml(token)}">${content}</form>`

const alert = (note: string): string =>
  note === '' ? '' : `<p role="alert">${escapeHtml(note)}</p>`

const input = (name: string, text: string, type = 'text'): string =>
  `<label>${escapeHtml(text)} <input name="${name}" type="${type}" autocomplete="off"></label>`

const buttons = (...choices: [value: string, text: string][]): string =>
  `<p>${choices.map(([value, text]) => button(value, text)).join(' ')}</p>`

/** A page with nothing to press. */
export const plainPage = (status: number, title: string, text: string): Answer =>
  html(status, page(title, `<p>${escapeHtml(text)}</p>`))

/** Search and choose the bank; at most fifty are shown. */
export const choicePage = (world: World, visit: Visit, search: string): Answer => {
  const sought = search.trim().toLowerCase()
  const options: string[] = []
  for (const entry of catalogueOf(world, 'saltedge')) {
    if (entry.status === 'withdrawn' || !entry.name.toLowerCase().includes(sought)) continue
    const code = codeOf(world, entry)
    options.push(`<option value="${escapeHtml(code)}">${escapeHtml(entry.name)}</option>`)
    if (options.length === choicesMax) break
  }
  const searching = `<form method="get" action="/connect"><input type="hidden" name="token" value="${escapeHtml(visit.token)}">${input('search', 'Search')}<button>Search</button></form>`
  const choosing = `<label>Bank <select name="provider">${options.join('')}</select></label>${buttons(['choose', 'Continue'], ['deny', 'Deny'])}`
  return html(200, page('Choose your bank', searching + form(visit, choosing)))
}

const boxOf = ({ id, description, reference, currency }: BankAccount): string =>
  checkbox('accounts', {
    value: id,
    text: `${description} · ${reference} · ${currency}`,
    ticked: true,
  })

interface LoginPage {
  visit: Visit
  bank: Bank
  mode: string
  note?: string
}

/** Consent, login and accounts on one page; at a bank with a page of its own there is nothing to type. */
export const loginPage = ({ visit, bank, mode, note = '' }: LoginPage): Answer => {
  const fields =
    mode === 'web' && visit.kind !== 'refresh'
      ? input('login', 'Login') + input('password', 'Password', 'password')
      : ''
  const boxes = [...bank.accounts.values()].map(boxOf).join('')
  const accounts =
    visit.kind === 'refresh' ? '' : `<fieldset><legend>Accounts</legend>${boxes}</fieldset>`
  const hint = mode === 'web' ? '<p>Log in as <b>username</b> with <b>secret</b>.</p>' : ''
  const choices = buttons(
    ['login', mode === 'web' ? 'Log in' : 'Approve'],
    ['ok', 'Everything right'],
    ['wrong-password', 'Wrong password'],
    ['deny', 'Deny'],
    ['timeout', 'Bank does not answer'],
    ['close', 'Close the tab'],
  )
  const content = alert(note) + hint + form(visit, fields + accounts + choices)
  return html(note === '' ? 200 : 400, page(`Give access to ${bank.script.name}`, content))
}

/** The code that the bank has sent to the person. */
export const codePage = (visit: Visit): Answer => {
  const choices = buttons(
    ['answer', 'Send'],
    ['ok', 'Right code'],
    ['wrong-code', 'Wrong code'],
    ['deny', 'Deny'],
    ['timeout', 'Too late'],
    ['close', 'Close the tab'],
  )
  const content = `<p>Your bank has sent <b>123456</b>.</p>${form(visit, input('sms', 'Code') + choices)}`
  return html(200, page('Type the code', content))
}
