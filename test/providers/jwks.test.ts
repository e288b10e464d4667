import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { PublishedKey } from '../../activities/providers/jwks.ts'
import { createKeyCache } from '../../activities/providers/jwks.ts'

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const published = (kid: string, use: string | undefined = 'sig'): PublishedKey => ({
  kid,
  use,
  jwk: publicKey.export({ format: 'jwk' }),
})

const arrange = () => {
  let nowMs = 1_000_000
  let keys: PublishedKey[] = [published('one')]
  let asked = 0
  const cache = createKeyCache(() => nowMs)
  return {
    find: (kid: string) =>
      cache.find(kid, () => {
        asked += 1
        return Promise.resolve(keys)
      }),
    publish: (...next: PublishedKey[]) => {
      keys = next
    },
    pass: (ms: number) => {
      nowMs += ms
    },
    asked: () => asked,
  }
}

test('a key is asked for once and then known', async () => {
  const { find, asked } = arrange()
  expect(await find('one')).not.toBeNull()
  expect(await find('one')).not.toBeNull()
  expect(asked()).toBe(1)
})

test('a key rotated between two webhooks is found at once', async () => {
  const { find, publish, asked } = arrange()
  await find('one')
  publish(published('one'), published('two'))
  expect(await find('two')).not.toBeNull()
  expect(asked()).toBe(2)
})

test('the same unknown key is looked up once a minute', async () => {
  const { find, publish, pass, asked } = arrange()
  expect(await find('odd')).toBeNull()
  publish(published('odd'))
  expect(await find('odd')).toBeNull()
  expect(asked()).toBe(1)
  pass(60_001)
  expect(await find('odd')).not.toBeNull()
})

test('invented keys do not make us ask all the time', async () => {
  const { find, asked } = arrange()
  for (let i = 0; i < 100; i += 1) await find(`invented-${i}`)
  expect(asked()).toBeLessThanOrEqual(6)
})

test('webhooks that come together share one look', async () => {
  const { find, asked } = arrange()
  const found = await Promise.all(Array.from({ length: 20 }, () => find('one')))
  expect(found.every((key) => key !== null)).toBe(true)
  expect(asked()).toBe(1)
})

test('a look that failed is an error, and the next webhook may try again', async () => {
  const cache = createKeyCache()
  const away = () => Promise.reject(new Error('away'))
  await expect(cache.find('one', away)).rejects.toThrow('away')
  expect(await cache.find('one', () => Promise.resolve([published('one')]))).not.toBeNull()
})

test('a key for something else than signing, and one that cannot be read, are no keys', async () => {
  const { find, publish } = arrange()
  const unreadable = { kid: 'bad', use: 'sig', jwk: { kty: 'NEW' } }
  publish(
    unreadable,
    published('enc', 'enc'),
    { ...published('none'), use: undefined },
    published('one'),
  )
  for (const kid of ['bad', 'enc', 'none']) expect(await find(kid), kid).toBeNull()
  expect(await find('one')).not.toBeNull()
})

test('a key is believed for a day; one withdrawn since is refused', async () => {
  const { find, publish, pass } = arrange()
  await find('one')
  publish(published('two'))
  expect(await find('one')).not.toBeNull()
  pass(86_400_001)
  expect(await find('one')).toBeNull()
})

/** A provider that answers for one key at a time. */
const arrangeOneByOne = () => {
  let nowMs = 1_000_000
  const ended = new Set<string>()
  const asked: string[] = []
  const cache = createKeyCache(() => nowMs, 'one_by_one')
  const find = (kid: string) =>
    cache.find(kid, async () => {
      asked.push(kid)
      await Promise.resolve()
      return ended.has(kid) ? [] : [published(kid)]
    })
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { find, asked, ended, pass }
}

test('keys that are asked for one by one are kept beside each other', async () => {
  const { find, asked } = arrangeOneByOne()
  for (const kid of ['one', 'two', 'one', 'two']) expect(await find(kid)).not.toBeNull()
  expect(asked).toEqual(['one', 'two'])
})

test('webhooks with different keys that come together each find theirs, by one look a key', async () => {
  const { find, asked } = arrangeOneByOne()
  const kids = ['one', 'two', 'three', 'one', 'two', 'three']
  expect((await Promise.all(kids.map(find))).every((key) => key !== null)).toBe(true)
  expect(asked.toSorted()).toEqual(['one', 'three', 'two'])
})

test('one key that ended takes no other along', async () => {
  const { find, ended, pass } = arrangeOneByOne()
  await find('one')
  pass(80_000_000)
  await find('two')
  ended.add('one').add('two')
  pass(10_000_000)
  expect(await find('one')).toBeNull()
  expect(await find('two')).not.toBeNull()
})

test('invented keys that come together do not make us ask all the time', async () => {
  const { find, asked, ended } = arrangeOneByOne()
  const kids = Array.from({ length: 100 }, (_, at) => `invented-${at}`)
  for (const kid of kids) ended.add(kid)
  await Promise.all(kids.map(find))
  expect(asked.length).toBeLessThanOrEqual(6)
})
