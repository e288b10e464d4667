/** What FastLink shows at each step, as HTML. */
import type { Answer } from '../http.ts'
import type { World } from '../world.ts'
import type { View } from './fastlink-session.ts'
import type { LoginForm } from './login-forms.ts'
import { button, choice, escapeHtml, field, form, page, scriptJson, ticks } from './page.ts'
import type { Site } from './sites.ts'
import { sitesFrom, sitesNamed } from './sites.ts'

const shownMax = 50

interface Shown {
  view: View
  /** Where the forms are sent to. */
  action: string
  search: string
  note: string
}

/** Tells the application that opened the page. */
const tell = (told: object): string =>
  `<script type="application/json" id="fastlink-result">${scriptJson(told)}</script>
<script>parent.postMessage(JSON.parse(document.getElementById('fastlink-result').textContent), '*')</script>`

const alarm = (note: string): string =>
  note === '' ? '' : `<p role="alert">${escapeHtml(note)}</p>`

const choosePage = (world: World, { action, search, note }: Shown): Answer => {
  const sites = (
    search === ''
      ? sitesFrom(world, { skip: 0, top: shownMax })
      : sitesNamed(world, search, shownMax)
  ).filter(({ status }) => status !== 'Unsupported')
  const options = sites.map(({ providerId, name, country }) => ({
    value: String(providerId),
    text: `${name} (${country})`,
  }))
  const searchForm = `<form method="get" action="${escapeHtml(action)}">${field('Search', { name: 'search', value: search })}<button>Search</button></form>`
  return page('Choose your bank', {
    content: `${alarm(note)}${searchForm}${form(action, `${choice('Bank', 'providerId', options)}<p>${button('choose', 'Continue')} ${button('deny', 'Close')}</p>`)}`,
  })
}

/** The accounts of a site's bank, to be ticked. */
export const accountTicks = ({ bank }: Site): string => {
  const accounts = [...(bank?.accounts.values() ?? [])].map(({ id, description, reference }) => ({
    id,
    text: `${description} · ${reference}`,
  }))
  if (accounts.length === 0) return ''
  return `<input type="hidden" name="tickable" value="yes"><fieldset><legend>Accounts</legend>${ticks(accounts)}</fieldset>`
}

const loginPage = (site: Site, { action, note }: Shown): Answer =>
  page(`Log in to ${site.name}`, {
    content: `${alarm(note)}${form(
      action,
      `${field('User name', { name: 'user', value: site.script.login?.user ?? 'person' })}
${field('Password', { name: 'password', type: 'password', value: site.script.login?.password ?? 'right' })}
${accountTicks(site)}
<p>${button('login', 'Log in')} ${button('deny', 'Close')}</p>`,
    )}`,
  })

const bankPage = (site: Site, { action, note }: Shown): Answer =>
  page(site.name, {
    content: `${alarm(note)}<p>You log in on the bank's own page.</p>${form(action, `<p>${button('continue', 'Go to the bank')} ${button('deny', 'Close')}</p>`)}`,
  })

const questionFields = ({ row }: LoginForm): string =>
  row
    .flatMap(({ label, field: fields }) =>
      fields.map(({ id, type, image, option }) => {
        const picture =
          image === undefined ? '' : `<img alt="" src="data:image/png;base64,${image}">`
        if (type === 'image') return picture
        if (option !== undefined)
          return choice(
            label,
            id,
            option.map(({ optionValue, displayText }) => ({
              value: optionValue,
              text: displayText,
            })),
          )
        return picture + field(label, { name: id, type })
      }),
    )
    .join('')

const questionPage = (forms: readonly LoginForm[], { action, note }: Shown): Answer =>
  page(forms[0]?.mfaInfoTitle ?? 'Your bank asks', {
    content: `${alarm(note)}${form(action, `${forms.map(questionFields).join('')}<p>${button('answer', 'Answer')} ${button('deny', 'Close')}</p>`)}`,
  })

const waitPage = ({ action }: Shown): Answer =>
  page('One moment', {
    head: `<meta http-equiv="refresh" content="1; url=${escapeHtml(action)}">`,
    content: '<p>Your bank is asked for your accounts.</p>',
  })

/** The page of the step. */
export const viewPage = (world: World, shown: Shown): Answer => {
  const { view } = shown
  switch (view.step) {
    case 'choose':
      return choosePage(world, shown)
    case 'login':
      return loginPage(view.site, shown)
    case 'bank':
      return bankPage(view.site, shown)
    case 'question':
      return questionPage(view.forms, shown)
    case 'wait':
      return waitPage(shown)
    case 'done': {
      const succeeded = view.result.status !== 'FAILED'
      return page(succeeded ? 'Your bank is linked' : 'Your bank could not be linked', {
        content: `<p>${escapeHtml(view.result.additionalStatus)}</p>${tell({ fnToCall: succeeded ? 'onSuccess' : 'onClose', ...view.result })}`,
      })
    }
    case 'left':
      return page('Closed', {
        content: `<p>Nothing was linked.</p>${tell({ fnToCall: 'onClose', action: 'exit', code: 'USER_CLOSE_ACTION' })}`,
      })
  }
}

/** The page of an error. */
export const errorPage = (told: {
  code: string
  title: string
  message: string
  fnToCall: string
}): Answer =>
  page('This does not work', {
    status: 400,
    content: `<p role="alert">${escapeHtml(`${told.code}: ${told.message}`)}</p>${tell(told)}`,
  })
