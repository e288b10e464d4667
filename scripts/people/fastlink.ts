/** FastLink lives inside a page of ours; here its words are spoken without a browser. */
import { z } from 'zod'
import type { Page } from './browser.ts'

const widget = z.object({
  parameters: z.object({
    fastLinkURL: z.string(),
    accessToken: z.string(),
    params: z.record(z.string(), z.string()),
  }),
  back: z.string(),
  state: z.string(),
})
type Widget = z.infer<typeof widget>

const step = z.object({
  step: z.string(),
  action: z.string().optional(),
  loginForm: z
    .array(z.object({ row: z.array(z.object({ field: z.array(z.object({ id: z.string() })) })) }))
    .optional(),
  result: z.record(z.string(), z.coerce.string()).optional(),
})
type View = z.infer<typeof step>
type Ask = (address: string, fields?: Fields) => Promise<View>
type Fields = [name: string, value: string][]

const stepsMax = 200
const lookEveryMs = 100

const widgetIn = ({ html }: Page): Widget => {
  const words = /const page = (\{.*?\})\nconst back/s.exec(html)?.[1] ?? '{}'
  return widget.parse(JSON.parse(words))
}

const asking =
  ({ parameters }: Widget): Ask =>
  async (address, fields) => {
    const answer = await fetch(new URL(address, parameters.fastLinkURL), {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      ...(fields ? { method: 'POST', body: new URLSearchParams(fields) } : {}),
    })
    return step.parse(await answer.json())
  }

const openWidget = (ask: Ask, { parameters }: Widget): Promise<View> =>
  ask(parameters.fastLinkURL, [
    ['accessToken', parameters.accessToken],
    ['extraParams', new URLSearchParams(parameters.params).toString()],
  ])

const wayBack = ({ back, state }: Widget, told: Record<string, string>): string => {
  const address = new URL(back)
  for (const [name, value] of Object.entries({ ...told, state }))
    address.searchParams.set(name, value)
  return address.href
}

/** Logs in, answers what is asked and ticks accounts by their ids at the bank; returns the way back. */
export const approveInFastLink = async (
  page: Page,
  accounts: readonly string[] = [],
): Promise<string> => {
  const own = widgetIn(page)
  const ask = asking(own)
  const ticked = accounts.map((id): [string, string] => ['accounts', id])
  let view = await openWidget(ask, own)
  for (let steps = 0; steps < stepsMax && view.result === undefined; steps += 1) {
    const action = view.action ?? ''
    if (view.step === 'login')
      await ask(action, [['user', 'person'], ['password', 'right'], ...ticked])
    else if (view.step === 'question') await ask(action, typed(view))
    else await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    view = await ask(action)
  }
  return wayBack(own, view.result ?? {})
}

/** Closes the widget; returns the way back. */
export const leaveFastLink = async (page: Page): Promise<string> => {
  const own = widgetIn(page)
  const ask = asking(own)
  const { action = '' } = await openWidget(ask, own)
  await ask(action, [['decision', 'deny']])
  return wayBack(own, { action: 'exit' })
}

const typed = ({ loginForm }: View): Fields =>
  (loginForm?.[0]?.row ?? []).flatMap(({ field }) =>
    field.map(({ id }): [string, string] => [id, '123456']),
  )
