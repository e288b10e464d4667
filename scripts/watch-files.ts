/** Notices every change to the files of some folders. */
import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import path from 'node:path'

const foldersMax = 2_000

interface Watch {
  /** Folders and files, relative to the root. */
  parts: readonly string[]
  /** Called with the path relative to the root, more than once for some changes. */
  onChange: (file: string) => void
  signal: AbortSignal
}

/**
 * Watches until the signal ends it, folders that are made later too. What is watched are folders, never files: one that
 * is saved by replacement is another file under the old name.
 */
export const watchFiles = (root: string, { parts, onChange, signal }: Watch): void => {
  const watchers = new Map<string, FSWatcher>()
  const close = (folder: string): void => {
    watchers.get(folder)?.close()
    watchers.delete(folder)
  }
  const isWanted = (file: string) =>
    parts.some((part) => file === part || file.startsWith(`${part}/`))
  const open = (folder: string): void => {
    // a folder that went and came is another one under the old name as well
    close(folder)
    if (watchers.size >= foldersMax) return
    const watcher = watch(path.join(root, folder), (_event, name) => {
      const file = path.posix.join(folder, name ?? '')
      if (signal.aborted || !isWanted(file)) return
      if (isFolder(path.join(root, file))) openAnew(file)
      else onChange(file)
    })
    watcher.on('error', () => close(folder))
    watchers.set(folder, watcher)
  }
  const openAll = (folder: string): void => {
    open(folder)
    for (const inner of foldersIn(path.join(root, folder))) openAll(path.posix.join(folder, inner))
  }
  /** What was written into a folder before it was watched has changed too. */
  const openAnew = (folder: string): void => {
    try {
      openAll(folder)
      for (const file of filesIn(path.join(root, folder))) onChange(path.posix.join(folder, file))
    } catch {
      // it is gone again
      close(folder)
    }
  }
  const folders = parts.filter((part) => isFolder(path.join(root, part)))
  for (const folder of folders) openAll(folder)
  if (folders.length < parts.length) open('.')
  signal.addEventListener('abort', () => {
    for (const folder of watchers.keys()) close(folder)
  })
}

const isFolder = (file: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false

const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => name)

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => path.relative(folder, path.join(parentPath, name)))
