import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Json } from '../client.ts'
import { hasReference, referenceFolder } from '../reference.ts'
import { eventProblems, problemsOf, signatureProblems } from './conformance.ts'
import { institutionAttributes } from './institution-attributes.ts'
import { operationOf } from './operations.ts'

interface Recording {
  schema: string
  /** Members that the recording leaves out or has too many: it shows an extract, or is of another product. */
  differs?: string[]
}

const recordings: Record<string, Recording> = {
  'account.json': { schema: 'answer-account', differs: ['availability'] },
  'accounts.json': { schema: 'answer-accounts', differs: ['availability'] },
  'accounts_with_sync_errors.json': { schema: 'answer-accounts', differs: ['links', 'deprecated'] },
  'account_delete.json': { schema: 'answer-account-removed' },
  'create_access_token.json': { schema: 'answer-token' },
  'create_onboarding_details.json': { schema: 'answer-onboarding' },
  'create_reauthorization_request.json': { schema: 'answer-reauthorization' },
  'delete_organization_integration.json': { schema: 'answer-integration-removed' },
  'financialInstitutionAccount.json': { schema: 'answer-sandbox-account' },
  'financialInstitutionAccounts.json': { schema: 'answer-sandbox-accounts' },
  'financialInstitutionTransaction.json': { schema: 'answer-sandbox-transaction' },
  'financialInstitutionTransactions.json': { schema: 'answer-sandbox-transactions' },
  'financial_institution.json': { schema: 'answer-institution', differs: institutionAttributes },
  'financial_institutions.json': { schema: 'answer-institutions', differs: institutionAttributes },
  'organization_financial_institutions.json': {
    schema: 'answer-institutions',
    differs: institutionAttributes,
  },
  'integration_accounts.json': { schema: 'answer-integration-accounts' },
  'jwk.json': { schema: 'key' },
  'jwks.json': { schema: 'answer-keys' },
  'organizations_usage.json': { schema: 'answer-usage' },
  'pendingTransaction.json': { schema: 'answer-pending-transaction' },
  'pendingTransactions.json': { schema: 'answer-pending-transactions' },
  'synchronization.json': {
    schema: 'answer-synchronization',
    differs: ['updatedPendingTransactions'],
  },
  'synchronization_with_json_error.json': {
    schema: 'answer-synchronization',
    differs: ['relationships'],
  },
  'synchronization_with_updated_transactions.json': {
    schema: 'answer-synchronization',
    differs: ['updatedPendingTransactions'],
  },
  'transaction.json': { schema: 'answer-transaction' },
  'transactions.json': { schema: 'answer-transactions' },
  'updated-transactions.json': { schema: 'answer-updated-transactions' },
  'updatedPendingTransactions.json': { schema: 'answer-updated-pending-transactions' },
  'userinfo.json': { schema: 'answer-userinfo' },
}

const text = (...path: string[]): string =>
  readFileSync(join(referenceFolder, 'specs/ponto', ...path), 'utf8')

const requestsOf = (item: Json): Json[] =>
  item.item === undefined ? [item.request] : item.item.flatMap(requestsOf)

const id = '00000000-0000-4000-8000-000000000000'
const proof = 'p'.repeat(43)
/** Places for values that were never filled in. */
const filled = (written: string): string =>
  written
    .replaceAll(/\{\{[\w-]*redirect-uri\}\}/g, 'https://erp.example/back')
    .replaceAll(/\{\{(ibanity-hostname|ponto-authorization-host)\}\}/g, 'ponto.example')
    .replaceAll(/\{\{[\w-]*code-(challenge|verifier)\}\}/g, proof)
    .replaceAll(/\{\{[^{}]+\}\}/g, id)
    // payments are nothing of ours, and our description refuses to ask for them
    .replace('scope=offline_access ai pi', 'scope=offline_access ai')

describe.runIf(hasReference('recordings of Ponto against our schemas'))(
  'our schemas fit what Ponto',
  () => {
    test('answered when it was recorded', () => {
      const folder = 'ibanity-java-fixtures'
      const files = readdirSync(join(referenceFolder, 'specs/ponto', folder))
      const answers = files.filter((file) => file.endsWith('.json'))
      expect(answers.toSorted()).toEqual(Object.keys(recordings).toSorted())
      const problems = answers.flatMap((file) => {
        const { schema, differs = [] } = recordings[file]!
        const isKnown = (problem: string) => differs.some((name) => problem.includes(`"${name}"`))
        const found = problemsOf(schema, JSON.parse(text(folder, file)))
        return found.filter((problem) => !isKnown(problem)).map((each) => `${file}: ${each}`)
      })
      expect(problems).toEqual([])
    })

    test('signed and sent', () => {
      const folder = 'ibanity-ruby-webhook-vector'
      const body = text(folder, 'example_payload.json')
      expect(eventProblems(body)).toEqual([])
      expect(signatureProblems(text(folder, 'example_signature.sig').trim(), body)).toEqual([])
      expect(problemsOf('answer-keys', JSON.parse(text(folder, 'jwks.json')))).toEqual([])
    })

    test('published as requests', () => {
      const collection = text('postman', 'Ibanity_Ponto-Connect.postman_collection.json')
      let compared = 0
      const problems = requestsOf(JSON.parse(collection)).flatMap(({ method, url, body }) => {
        const { pathname: path, searchParams } = new URL(filled(url.raw))
        const pairs = body?.urlencoded?.map(({ key, value }: Json) => [key, filled(value)])
        const requestBody = pairs ? new URLSearchParams(pairs).toString() : filled(body?.raw ?? '')
        const operation = operationOf({ method, path, requestBody })
        if (operation === undefined) return []
        compared += 1
        const content = pairs ? Object.fromEntries(pairs) : JSON.parse(requestBody || '{}')
        return [
          ...problemsOf(operation.query, Object.fromEntries(searchParams)),
          ...(operation.body === null ? [] : problemsOf(operation.body.schema, content)),
        ].map((each) => `${method} ${path}: ${each}`)
      })
      expect(problems).toEqual([])
      // all but the root and the payments
      expect(compared).toBeGreaterThan(22)
    })
  },
)
