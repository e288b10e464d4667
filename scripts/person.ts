/** The person at the browser: opens the provider's page, reads its form and presses a button. */

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

const submit = async (page: Response, html: string, press: string): Promise<string> => {
  const form = /<form\b[^>]*>/.exec(html)?.[0] ?? ''
  const answer = await fetch(new URL(attribute(form, 'action') ?? page.url, page.url), {
    method: 'POST',
    body: fieldsOf(html, press),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  })
  const location = answer.headers.get('location')
  if (location === null)
    throw new Error(`the consent page did not send the browser back (${answer.status})`)
  return location
}

/** Approves on a consent page with all accounts ticked; returns the address the browser is sent to. */
export const approve = async (pageUrl: string): Promise<string> => {
  const page = await fetch(pageUrl, { signal: AbortSignal.timeout(timeoutMs) })
  const html = await page.text()
  if (!page.ok) throw new Error(`the consent page answered ${page.status}`)
  return submit(page, html, 'approve')
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
