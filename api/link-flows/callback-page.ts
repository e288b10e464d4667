import type { Language } from '../../locales/languages.ts'
import { renderDetail, renderProblem } from '../../locales/render.ts'
import type { Reply } from '../route.ts'

const retrySoonSeconds = 10

const page = (language: Language, title: string, text: string): string =>
  `<!doctype html><html lang="${language}"><meta charset="utf-8">` +
  '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">' +
  `<title>${title}</title><h1>${title}</h1><p>${text}</p></html>`

const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }

/** A small page for a person whom we cannot send on; nothing of the request is repeated on it. */
export const callbackPage = (language: Language, why: 'unknown' | 'later'): Reply => {
  if (why === 'unknown') {
    const text = renderDetail(language, 'link_unknown')
    return {
      status: 400,
      headers,
      text: page(language, renderProblem(language, 'not-found'), text),
    }
  }
  return {
    status: 503,
    headers: { ...headers, 'Retry-After': String(retrySoonSeconds) },
    text: page(
      language,
      renderProblem(language, 'service-unavailable'),
      renderDetail(language, 'reload_later'),
    ),
  }
}
