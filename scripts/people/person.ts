/** The person at the provider's page, who approves everything; each provider's page wants other things of them. */
import { z } from 'zod'
import type { Page } from './browser.ts'
import { open, press, send } from './browser.ts'

export interface Visit {
  url: string
  /** Name of the bank, for a page on which the person chooses it. */
  bank: string
}

/** Approves on the page with all accounts ticked; returns the address the browser is sent to. */
export const approve = async (visit: Visit): Promise<string> => {
  const page = await open(visit.url)
  const manner = manners.find(({ fits }) => fits.test(page.url))
  if (manner === undefined) throw new Error('nobody knows what to do on this page')
  return manner.live(page, visit)
}

const sentTo = (page: Page): string => {
  if (page.sentTo === null) throw new Error('the page did not send the browser back')
  return page.sentTo
}

const pressApprove = async (page: Page): Promise<string> => sentTo(await press(page, 'approve'))

const atPlaid = async ({ url }: Page, { bank }: Visit): Promise<string> => {
  await send(url, new URLSearchParams({ institution: bank }))
  const login = new URLSearchParams({ username: 'user_good', password: 'pass_good' })
  const page = await send(url, login)
  return page.sentTo ?? pressApprove(page)
}

const atSaltEdge = async (page: Page): Promise<string> => {
  const next = await press(page, 'ok')
  return next.sentTo ?? sentTo(await press(next, 'ok'))
}

const widget = z.object({
  parameters: z.object({
    fastLinkURL: z.string(),
    accessToken: z.string(),
    params: z.record(z.string(), z.string()),
  }),
  back: z.string(),
  state: z.string(),
})

const step = z.object({
  step: z.string(),
  action: z.string().optional(),
  loginForm: z
    .array(z.object({ row: z.array(z.object({ field: z.array(z.object({ id: z.string() })) })) }))
    .optional(),
  result: z.record(z.string(), z.coerce.string()).optional(),
})

const stepsMax = 200
const lookEveryMs = 100

/** FastLink lives inside a page of ours; here its words are spoken without a browser. */
const atYodlee = async ({ html }: Page): Promise<string> => {
  const words = /const page = (\{.*?\})\nconst back/s.exec(html)?.[1] ?? '{}'
  const { parameters, back, state } = widget.parse(JSON.parse(words))
  const ask = async (address: string, fields?: Record<string, string>) => {
    const answer = await fetch(new URL(address, parameters.fastLinkURL), {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      ...(fields ? { method: 'POST', body: new URLSearchParams(fields) } : {}),
    })
    return step.parse(await answer.json())
  }
  let view = await ask(parameters.fastLinkURL, {
    accessToken: parameters.accessToken,
    extraParams: new URLSearchParams(parameters.params).toString(),
  })
  for (let steps = 0; steps < stepsMax && view.result === undefined; steps += 1) {
    const action = view.action ?? ''
    if (view.step === 'login') await ask(action, { user: 'person', password: 'right' })
    else if (view.step === 'question') await ask(action, typed(view))
    else await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    view = await ask(action)
  }
  const address = new URL(back)
  for (const [name, value] of Object.entries({ ...view.result, state }))
    address.searchParams.set(name, value)
  return address.href
}

const typed = ({ loginForm }: z.infer<typeof step>): Record<string, string> =>
  Object.fromEntries(
    (loginForm?.[0]?.row ?? []).flatMap(({ field }) => field.map(({ id }) => [id, '123456'])),
  )

const manners: { fits: RegExp; live: (page: Page, visit: Visit) => Promise<string> }[] = [
  { fits: /\/link\/yodlee\//, live: atYodlee },
  { fits: /\/link\/[^/?]+$/, live: atPlaid },
  { fits: /\/connect\?token=/, live: atSaltEdge },
  // Ponto has one page for linking and one for renewing
  { fits: /./, live: pressApprove },
]
