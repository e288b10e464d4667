import { randomBytes } from 'node:crypto'
import type { Language } from '../../locales/languages.ts'
import { renderDetail } from '../../locales/render.ts'
import type { Reply } from '../route.ts'

export interface WidgetPage {
  widget: 'fastlink'
  scriptUrl: string
  parameters: Record<string, unknown>
  /** Where the person goes on to when the widget is done, with its words as parameters. */
  back: string
  state: string
  language: Language
}

/** JSON that may stand inside a script of a page. */
const scriptJson = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')

/** Hands over to the widget and comes back with what it says; of that only short words are taken. */
const opening = `
const back = (data) => {
  const address = new URL(page.back)
  for (const [name, value] of Object.entries(data ?? {}))
    if (['string', 'number'].includes(typeof value)) address.searchParams.set(name, String(value).slice(0, 200))
  address.searchParams.set('state', page.state)
  location.replace(address)
}
const opened = new Promise((resolve, reject) => {
  const script = document.createElement('script')
  script.src = page.scriptUrl
  script.onload = resolve
  script.onerror = reject
  document.head.append(script)
})
opened.then(
  () => window.fastlink.open({ ...page.parameters, onSuccess: back, onError: back, onClose: back }, 'widget'),
  () => { document.getElementById('away').hidden = false },
)`

const originOf = (address: unknown): string =>
  typeof address === 'string' && URL.canParse(address) ? new URL(address).origin : ''

const policyOf = ({ scriptUrl, parameters }: WidgetPage, nonce: string): string => {
  const script = originOf(scriptUrl)
  const widget = [...new Set([script, originOf(parameters['fastLinkURL'])])].join(' ').trim()
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' ${script}`,
    `frame-src ${widget}`,
    `connect-src ${widget}`,
    `form-action ${widget}`,
    `style-src 'unsafe-inline' ${script}`,
    'img-src https: data:',
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The page that opens the widget; nothing but the provider's own hosts may be reached from it. */
export const widgetPage = (page: WidgetPage): Reply => {
  const nonce = randomBytes(16).toString('base64')
  const { language, widget: _widget, ...handedOver } = page
  const text =
    `<!doctype html><html lang="${language}"><meta charset="utf-8">` +
    '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">' +
    `<title>Bank Sync</title><div id="widget"></div><p id="away" hidden>${renderDetail(language, 'reload_later')}</p>` +
    `<script nonce="${nonce}">const page = ${scriptJson(handedOver)}${opening}</script></html>`
  return {
    status: 200,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': policyOf(page, nonce),
      'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
    },
    text,
  }
}
