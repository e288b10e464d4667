import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { until } from '../../scripts/until.ts'
import { commandOf, hasEnded } from '../../scripts/running-process.ts'

const sleeping = () => spawn('sleep', ['60'], { stdio: 'ignore' })

test('a live process has a command line and has not ended; a killed one has neither', async () => {
  const child = sleeping()
  const pid = child.pid ?? 0
  expect(await commandOf(pid)).toBe('sleep 60')
  expect(await hasEnded(pid)).toBe(false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect([await commandOf(pid), await hasEnded(pid)]).toEqual([null, true])
})

test('a zombie has ended: it holds nothing, whether or not its parent asks for it', async () => {
  // the shell starts a child and becomes a program that never asks for it
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'])
  try {
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(String(line))
    await until(async () => ((await hasEnded(pid)) ? true : undefined), {
      what: 'The end of the zombie',
      limitMs: 5_000,
    })
    expect(await commandOf(pid)).toBeNull()
  } finally {
    parent.kill('SIGKILL')
  }
})
