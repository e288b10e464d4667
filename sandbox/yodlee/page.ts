/** The look of the pages a person sees at this side. */
import type { Answer } from '../http.ts'
import { html } from '../http.ts'

const marks: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that is safe inside HTML and its attributes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (mark) => marks[mark] ?? mark)

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; background: #f3f1ec; color: #24211c; margin: 0 }
  main { max-width: 32rem; margin: 4vh auto; background: #fff; padding: 2rem; border-radius: 12px }
  h1 { font-size: 1.3rem; margin-top: 0 } small { color: #6b6357 }
  label { display: block; padding: .5rem 0 }
  input:not([type=checkbox]), select { font: inherit; width: 100%; padding: .4rem; box-sizing: border-box }
  button { font: inherit; padding: .6rem 1.4rem; border-radius: 8px; border: 1px solid #5b4a2f; cursor: pointer }
  button.first { background: #5b4a2f; color: #fff } [role=alert] { color: #a32020 }
`

/** A whole page; the title is escaped, head and content are HTML already. */
export const page = (
  title: string,
  { content, head = '', status = 200 }: { content: string; head?: string; status?: number },
): Answer =>
  html(
    status,
    `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} · FastLink sandbox</title>${head}<style>${style}</style></head>
<body><main>
<h1>${escapeHtml(title)}</h1>
${content}
<p><small>This is a sandbox. No bank is involved and nothing you do here is real.</small></p>
</main></body></html>
`,
  )

/** A field with its label. */
export const field = (
  label: string,
  { name, type = 'text', value = '' }: { name: string; type?: string; value?: string },
): string =>
  `<label>${escapeHtml(label)} <input type="${type}" name="${escapeHtml(name)}" value="${escapeHtml(value)}" autocomplete="off"></label>`

/** A list to choose from. */
export const choice = (
  label: string,
  name: string,
  options: readonly { value: string; text: string }[],
): string => {
  const each = options.map(
    ({ value, text }) => `<option value="${escapeHtml(value)}">${escapeHtml(text)}</option>`,
  )
  return `<label>${escapeHtml(label)} <select name="${escapeHtml(name)}">${each.join('')}</select></label>`
}

/** Accounts to tick, all ticked. */
export const ticks = (accounts: readonly { id: string; text: string }[]): string =>
  accounts
    .map(
      ({ id, text }) =>
        `<label><input type="checkbox" name="accounts" value="${escapeHtml(id)}" checked> ${escapeHtml(text)}</label>`,
    )
    .join('')

/** A button that sends the form with a decision. */
export const button = (decision: string, text: string): string =>
  `<button class="${decision === 'deny' ? '' : 'first'}" name="decision" value="${decision}">${escapeHtml(text)}</button>`

/** A form that is sent to an address. */
export const form = (action: string, content: string): string =>
  `<form method="post" action="${escapeHtml(action)}">${content}</form>`

/** A value as JSON that cannot end the script element it stands in. */
export const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll('<', String.raw`\u003c`)
