/** One statement for each account of a file: its lines may stand in several sections. */
import { limits } from '../limits.ts'
import type { OpenStatement, Output } from '../output.ts'
import type { AccountRef } from '../parsed.ts'

export interface QifStatement extends OpenStatement {
  /** The account is named by the file, not only by the kind of its section. */
  isNamed: boolean
  lineCount: number
}

export const createStatements = (output: Output) => {
  const byAccount = new Map<string, QifStatement>()
  return {
    /** The statement of an account, opened when it is first met. */
    of: (name: string, section: string): QifStatement => {
      const key = `${section.toLowerCase()}\n${name}`
      const known = byAccount.get(key)
      if (known !== undefined) return known
      const account: AccountRef = { number: (name || section).slice(0, limits.text), type: section }
      const opened = output.open()
      opened.head.account = account
      const statement = {
        ...opened,
        isNamed: name !== '',
        lineCount: 0,
      }
      byAccount.set(key, statement)
      return statement
    },
    count: () => byAccount.size,
    close: () => {
      for (const statement of byAccount.values()) statement.close()
    },
  }
}
