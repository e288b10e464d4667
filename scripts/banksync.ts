/** The command line: `npm exec banksync -- <command> …`. */
import { Unavailable } from './banksync/api.ts'
import { exitCodes, Interrupted, UsageError } from './banksync/exit-codes.ts'
import { helpOf, isCommand, type Command } from './banksync/help.ts'
import { importFile } from './banksync/import-file.ts'
import { parse } from './banksync/parse.ts'
import { problemText } from './banksync/problem-text.ts'
import { revert } from './banksync/revert.ts'
import { ApiProblem, type Problem } from './erp.ts'

const commands: Record<Command, (args: readonly string[]) => Promise<number>> = {
  parse,
  import: importFile,
  revert,
}

const wantsHelp = (word: string): boolean => ['help', '--help', '-h'].includes(word)

const tellHelp = (about: string): void => void process.stdout.write(helpOf(about))

const run = async ([name = '', ...args]: readonly string[]): Promise<number> => {
  if (name === '' || wantsHelp(name)) {
    tellHelp(args[0] ?? '')
    return name === '' ? exitCodes.usage : exitCodes.ok
  }
  if (!isCommand(name)) throw new UsageError(`There is no command called ${name}.`)
  if (!args.includes('--help') && !args.includes('-h')) return commands[name](args)
  tellHelp(name)
  return exitCodes.ok
}

/** The API speaks to programs of headers; a person gave an option. */
const forPerson = (problem: Problem): Problem =>
  problem.code === 'unauthenticated'
    ? {
        ...problem,
        detail: 'The API does not accept this key. Name another with --key or BANKSYNC_API_KEY.',
      }
    : problem

const tellFailure = (error: unknown): number => {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\nSee: npm exec banksync -- --help\n`)
    return exitCodes.usage
  }
  if (error instanceof ApiProblem) {
    process.stderr.write(`${problemText(forPerson(error.problem))}\n`)
    return exitCodes.refused
  }
  if (error instanceof Unavailable || error instanceof Interrupted) {
    process.stderr.write(`${error.message}\n`)
    return error instanceof Unavailable ? exitCodes.unavailable : exitCodes.interrupted
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  return exitCodes.defect
}

// whoever reads our output may stop early, as `head` does
process.stdout.on('error', () => process.exit(exitCodes.notRead))
process.exitCode = await run(process.argv.slice(2)).catch(tellFailure)
