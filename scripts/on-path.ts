import { access, constants } from 'node:fs/promises'
import path from 'node:path'

/** The full path of a program on PATH, or null. */
export const onPath = async (
  program: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string | null> => {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', ''] : ['']
  for (const folder of (environment['PATH'] ?? '')
    .split(path.delimiter)
    .filter((part) => part !== '')) {
    for (const suffix of suffixes) {
      const file = path.join(folder, `${program}${suffix}`)
      const isProgram = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
      if (isProgram) return file
    }
  }
  return null
}
