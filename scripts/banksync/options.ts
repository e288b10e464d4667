import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import type { Language } from '../../locales/languages.ts'
import { languages } from '../../locales/languages.ts'
import { isEncoding } from '../../statement-files/decode.ts'
import { UsageError } from './exit-codes.ts'

/** The option's value among those it may have; undefined where it was not given. */
export const oneOf = <Value extends string>(
  name: string,
  values: readonly Value[],
  given: string | boolean | undefined,
): Value | undefined => {
  if (given === undefined) return undefined
  const known = values.find((value) => value === given)
  if (known === undefined) throw new UsageError(`--${name} is one of: ${values.join(' ')}`)
  return known
}

/** The language of the messages: English unless another is named. */
export const languageNamed = (given: string | undefined): Language =>
  oneOf('lang', languages, given) ?? 'en'

/** The encoding that was named; undefined where none was. */
export const encodingNamed = (given: string | undefined): string | undefined => {
  if (given === undefined || isEncoding(given)) return given
  throw new UsageError(`--encoding: ${given} is not known.`)
}

/** The options and names of a command; an unknown option is a wrong command line. */
export const argumentsOf = <Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    // Node says which option is unknown or lacks its value
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}
