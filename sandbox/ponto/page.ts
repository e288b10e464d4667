/** The look of the pages a person sees. */

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
  body { font: 16px/1.5 system-ui, sans-serif; background: #eef2f6; color: #1b2733; margin: 0 }
  main { max-width: 34rem; margin: 8vh auto; background: #fff; padding: 2rem; border-radius: 12px }
  h1 { font-size: 1.3rem; margin-top: 0 } small { color: #5b6b7a }
  label { display: block; padding: .5rem 0 } select { font: inherit; width: 100%; padding: .4rem }
  button { font: inherit; padding: .6rem 1.4rem; border-radius: 8px; border: 1px solid #1f4e79; cursor: pointer }
  button.first { background: #1f4e79; color: #fff } [role=alert] { color: #a32020 }
`

/** A whole page; the title is escaped, the content is HTML already. */
export const page = (title: string, content: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)} · sandbox</title><style>${style}</style></head>
<body><main>
<h1>${escapeHtml(title)}</h1>
${content}
<p><small>This is a sandbox. No bank is involved and nothing you do here is real.</small></p>
</main></body></html>
`

/** A hidden field of a form. */
export const hidden = (name: string, value: string): string =>
  `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`

/** One account to tick. */
export const checkbox = (
  name: string,
  { value, text, ticked }: { value: string; text: string; ticked: boolean },
): string =>
  `<label><input type="checkbox" name="${escapeHtml(name)}" value="${escapeHtml(value)}"${ticked ? ' checked' : ''}> ${escapeHtml(text)}</label>`

/** A button that sends the form with a decision. */
export const button = (value: string, text: string): string =>
  `<button class="${value === 'deny' ? '' : 'first'}" name="decision" value="${value}">${escapeHtml(text)}</button>`
