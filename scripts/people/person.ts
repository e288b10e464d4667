/** The person at the provider's page; each provider's page wants other things of them. */
import type { Page } from './browser.ts'
import { open, press, send } from './browser.ts'
import { approveInFastLink, leaveFastLink } from './fastlink.ts'

export interface Visit {
  url: string
  /** Name of the bank, for a page on which the person chooses it. */
  bank: string
  /** The page's names of the accounts to tick, where it lets the person choose; without them all are ticked. */
  accounts?: readonly string[]
}

/** Approves on the page; returns the address the browser is sent to. */
export const approve = async (visit: Visit): Promise<string> =>
  approveOn(await open(visit.url), visit)

/** The same on a page that is open already. */
export const approveOn = (page: Page, visit: Visit): Promise<string> =>
  mannerOf(page).approve(page, visit)

/** Leaves the page by its own button before anything was typed; returns the address the browser is sent to. */
export const leave = async (url: string): Promise<string> => {
  const page = await open(url)
  return mannerOf(page).leave(page)
}

const sentTo = (page: Page): string => {
  if (page.sentTo === null) throw new Error('the page did not send the browser back')
  return page.sentTo
}

/** The page with the boxes of all other accounts unticked. */
const ticked = (page: Page, { accounts }: Visit): Page => ({
  ...page,
  html: page.html.replace(/<input\b[^>]*\bname="accounts"[^>]*>/g, (box) =>
    accounts?.some((id) => box.includes(`value="${id}"`)) === false ? '' : box,
  ),
})

const pressApprove = async (page: Page, visit: Visit): Promise<string> =>
  sentTo(await press(ticked(page, visit), 'approve'))

const pressDeny = async (page: Page): Promise<string> => sentTo(await press(page, 'deny'))

const atPlaid = async ({ url }: Page, visit: Visit): Promise<string> => {
  await send(url, new URLSearchParams({ institution: visit.bank }))
  const login = new URLSearchParams({ username: 'user_good', password: 'pass_good' })
  const page = await send(url, login)
  return page.sentTo ?? pressApprove(page, visit)
}

const atSaltEdge = async (page: Page, visit: Visit): Promise<string> => {
  const next = await press(ticked(page, visit), 'ok')
  return next.sentTo ?? sentTo(await press(next, 'ok'))
}

interface Manner {
  fits: RegExp
  approve: (page: Page, visit: Visit) => Promise<string>
  leave: (page: Page) => Promise<string>
}

const manners: Manner[] = [
  {
    fits: /\/link\/yodlee\//,
    approve: (page, { accounts }) => approveInFastLink(page, accounts),
    leave: leaveFastLink,
  },
  { fits: /\/link\/[^/?]+$/, approve: atPlaid, leave: pressDeny },
  { fits: /\/connect\?token=/, approve: atSaltEdge, leave: pressDeny },
  // Ponto has one page for linking and one for renewing
  { fits: /./, approve: pressApprove, leave: pressDeny },
]

const mannerOf = ({ url }: Page): Manner => {
  const manner = manners.find(({ fits }) => fits.test(url))
  if (manner === undefined) throw new Error('nobody knows what to do on this page')
  return manner
}
