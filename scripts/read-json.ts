import { readFile } from 'node:fs/promises'

/** The value in a JSON file; null where the file is missing or damaged. */
export const readJson = async (file: string): Promise<unknown> => {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
