/** The person at the browser: opens the provider's page, reads its form and presses a button. */

const attribute = (tag: string, name: string): string | null => {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
  return value === undefined ? null : value.replaceAll('&amp;', '&').replaceAll('&quot;', '"')
}

/** Sends the form of a consent page with all accounts ticked; returns the address the browser is sent to. */
export const approve = async (pageUrl: string): Promise<string> => {
  const page = await fetch(pageUrl, { signal: AbortSignal.timeout(10_000) })
  const html = await page.text()
  if (!page.ok) throw new Error(`the consent page answered ${page.status}`)
  const form = /<form\b[^>]*>/.exec(html)?.[0] ?? ''
  const fields = new URLSearchParams()
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name')
    if (name !== null) fields.append(name, attribute(tag, 'value') ?? '')
  }
  const button = [...html.matchAll(/<button\b[^>]*>/g)]
    .map(([tag]) => ({ name: attribute(tag, 'name'), value: attribute(tag, 'value') ?? '' }))
    .find(({ value }) => value === 'approve')
  if (button?.name) fields.append(button.name, button.value)
  const answer = await fetch(new URL(attribute(form, 'action') ?? pageUrl, page.url), {
    method: 'POST',
    body: fields,
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  })
  const location = answer.headers.get('location')
  if (location === null)
    throw new Error(`the consent page did not send the browser back (${answer.status})`)
  return location
}

/** Follows the way back to the product; returns the address of the ERP where the browser ends. */
export const comeBack = async (callbackUrl: string): Promise<string> => {
  const answer = await fetch(callbackUrl, {
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
  })
  const location = answer.headers.get('location')
  if (location === null)
    throw new Error(`the product did not send the browser back to the ERP (${answer.status})`)
  return location
}
