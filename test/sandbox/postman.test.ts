import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client, Json } from './client.ts'
import { openClient } from './client.ts'
import { hasReference, referenceFolder } from './reference.ts'

interface Request {
  name: string
  method: string
  url: string
  auth: string
  body: string | null
  form: Record<string, string> | null
}

const listRequests = (item: Json, path = ''): Request[] => {
  if (item.item !== undefined)
    return item.item.flatMap((child: Json) => listRequests(child, `${path}/${item.name ?? ''}`))
  const { method, url, auth, body } = item.request
  const form = body?.urlencoded?.map(({ key, value }: Json) => [key, value])
  return [
    {
      name: `${path}/${item.name}`,
      method,
      url: url.raw,
      auth: auth?.type ?? 'none',
      body: body?.raw ?? null,
      form: form === undefined ? null : Object.fromEntries(form),
    },
  ]
}

const folder = referenceFolder

describe.runIf(hasReference('requests that Ponto published'))(
  'requests that Ponto published',
  () => {
    const collection =
      folder === ''
        ? { item: [] }
        : JSON.parse(
            readFileSync(
              join(folder, 'specs/ponto/postman/Ibanity_Ponto-Connect.postman_collection.json'),
              'utf8',
            ),
          )
    const requests = listRequests(collection).filter(({ name }) => !name.includes('Payments'))
    // what ends an account, a token or everything comes last
    const weight = ({ name }: Request) =>
      ['Revoke', 'Delete'].findIndex((word) => name.includes(word))
    const inOrder = requests.toSorted((one, other) => weight(one) - weight(other))
    let client: Client
    let fill: (text: string) => string
    let access: string
    let own: string

    beforeAll(async () => {
      client = await openClient()
      access = (await client.link()).access
      own = await client.clientToken()
      const [account] = await client.accounts(access)
      const truth = await client.sim('GET', `/__sim/truth?account=${account.id}`)
      const { body } = await client.synchronize(access, account.id, { subtype: 'accountDetails' })
      const bank = account.relationships.financialInstitution.data.id
      const values: Record<string, string> = {
        'ponto-connect-organization-id': (await client.call(access, '/ponto-connect/userinfo')).body
          .sub,
        'ponto-connect-financial-institution-id': bank,
        financial_institution_id: bank,
        'ponto-connect-financial-institution-account-id': truth.account,
        'ponto-connect-financial-institution-transaction-id': truth.lines[0].id,
        'ponto-connect-account-id': account.id,
        'ponto-connect-transaction-id': truth.lines[0].id,
        'ponto-connect-pending-transaction-id': truth.pending[0].id,
        'ponto-connect-synchronization-id': body.data.id,
        'ponto-connect-redirect-uri': 'http://127.0.0.1:9/callback',
        'ponto-connect-client-id': 'sandbox-client',
        'ponto-connect-code-challenge': 'x'.repeat(43),
      }
      fill = (text) =>
        text.replaceAll(/\{\{([^}]+)\}\}/g, (_all, name: string) => values[name] ?? 'x')
    })
    afterAll(() => client.stop())

    const tokenFor = ({ name, auth }: Request): string | null => {
      if (auth !== 'bearer') return null
      return name.includes('1. Partner') || name.includes('Onboarding Details') ? own : access
    }

    test('there are requests to compare with', () => {
      expect(requests.length).toBeGreaterThan(20)
    })

    for (const request of inOrder)
      test(`${request.method} ${request.name} is answered by a route`, async () => {
        const url = fill(request.url.replace(/^https?:\/\/\{\{[^}]+\}\}/, client.pontoUrl))
        const answer =
          request.form === null
            ? await client.call(tokenFor(request), url, {
                method: request.method,
                ...(request.body === null || request.body === ''
                  ? {}
                  : { body: JSON.parse(fill(request.body)) }),
              })
            : await client.token(request.form, url)
        expect(JSON.stringify(answer.body)).not.toContain('noSuchRoute')
        // codes and tokens of the collection are not ours, so the exchange of them fails as it should
        expect(answer.status).toBeLessThan(request.form === null ? 400 : 402)
      })
  },
)
