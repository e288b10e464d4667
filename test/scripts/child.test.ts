import { expect, test, vi } from 'vitest'
import { startChild } from '../../scripts/child.ts'
import { eventually } from '../support/eventually.ts'

test.runIf(process.platform === 'linux')(
  'a full disk ends the log of a program, says so once, and ends nothing else',
  async () => {
    const said = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    try {
      const lines: string[] = []
      const child = await startChild({
        name: 'talker',
        command: process.execPath,
        args: ['-e', 'for (let n = 0; n < 3; n += 1) setTimeout(() => console.log(n), 50 * n)'],
        logFile: '/dev/full',
        onLine: (line) => lines.push(line),
      })
      await child.exited
      await eventually('The last line', () => lines.length === 3)
      const told = said.mock.calls.filter(([text]) => String(text).includes('/dev/full ends here'))
      expect(told).toHaveLength(1)
    } finally {
      said.mockRestore()
    }
  },
)
