/** A browser without eyes: opens pages, reads their forms and presses buttons. */

const timeoutMs = 10_000

const attribute = (tag: string, name: string): string | null => {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? null : value.replaceAll('&amp;', '&').replaceAll('&quot;', '"')
}

/** The fields of the first form of a page as a browser would send them after a click on the button `press`. */
const fieldsOf = (html: string, press: string): URLSearchParams => {
  const fields = new URLSearchParams()
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name')
    if (name !== null) fields.append(name, attribute(tag, 'value') ?? '')
  }
  for (const [tag] of html.matchAll(/<button\b[^>]*>/g)) {
    const name = attribute(tag, 'name')
    if (name !== null && attribute(tag, 'value') === press) fields.append(name, press)
  }
  return fields
}

export interface Page {
  /** Where the page is. */
  url: string
  html: string
  /** Where the browser is sent instead; null while there is a page. */
  sentTo: string | null
}

const pageOf = async (answer: Response, url: string): Promise<Page> => {
  const sentTo = answer.headers.get('location')
  return { url, html: await answer.text(), sentTo: sentTo && new URL(sentTo, url).href }
}

/** Opens an address as a browser does. */
export const open = async (url: string): Promise<Page> => {
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
  if (answer.status >= 400) throw new Error(`the page answered ${answer.status}`)
  return pageOf(answer, url)
}

/** Sends fields to an address as a form does. */
export const send = async (url: string, fields: URLSearchParams): Promise<Page> => {
  const answer = await fetch(url, {
    method: 'POST',
    body: fields,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  })
  return pageOf(answer, url)
}

/** Presses a button of the page's form, with the fields as they are and those typed over them. */
export const press = (
  page: Page,
  button: string,
  typed: Record<string, string> = {},
): Promise<Page> => {
  const form = /<form\b[^>]*method="post"[^>]*>/i.exec(page.html)?.[0] ?? ''
  const fields = fieldsOf(page.html, button)
  for (const [name, value] of Object.entries(typed)) fields.set(name, value)
  return send(new URL(attribute(form, 'action') ?? page.url, page.url).href, fields)
}

/** Follows the way back to the product; returns the address of the ERP where the browser ends. */
export const comeBack = async (callbackUrl: string): Promise<string> => {
  const answer = await fetch(callbackUrl, {
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  })
  const location = answer.headers.get('location')
  if (location === null)
    throw new Error(`the product did not send the browser back to the ERP (${answer.status})`)
  return location
}
