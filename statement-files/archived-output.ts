/** What is said of a file in an archive, with its name wherever a place is told. */
import type { ArchiveMember } from '../domain/statement-import.ts'
import type { OpenStatement, Output } from './output.ts'
import type { Position } from './parsed.ts'
import type { Problem } from './problem.ts'

/** The same output for a parser that knows nothing of the archive around its file. */
export const outputOfMember = (output: Output, member: ArchiveMember): Output => {
  const { file } = member
  const placed = (position: Position): Position => ({ file, ...position })
  const named = (told: Problem): Problem => ({ ...told, position: placed(told.position ?? {}) })

  const open = (): OpenStatement => {
    const statement = output.open()
    const { head } = statement
    head.member = member
    return {
      head,
      line: (line) => statement.line({ ...line, position: placed(line.position) }),
      problem: (told) => statement.problem(named(told)),
      close() {
        head.checkpoints = head.checkpoints.map((checkpoint) =>
          checkpoint.position === undefined
            ? checkpoint
            : { ...checkpoint, position: placed(checkpoint.position) },
        )
        statement.close()
      },
    }
  }
  return {
    ...output,
    open,
    problem: (told) => output.problem(named(told)),
    refuse: (told) => output.refuse(named(told)),
  }
}
