/** What the workflow of an import does next, decided from what was asked and what is known. */
import type { ImportSnapshot } from './statement-import.ts'
import { isCorrectable, isDiscardable, isRevertible, previewLifeMs } from './statement-import.ts'

export type ImportRequest = 'preview' | 'import' | 'discard' | 'revert'

export interface ImportWork {
  /** Null before it is loaded, and where there is no such import. */
  snapshot: ImportSnapshot | null
  isLoaded: boolean
  asked: Set<ImportRequest>
  /** What is under way. */
  doing: ImportRequest | null
  /** The latest revision that a preview was asked for. */
  askedRevision: number
  /** When a preview that nobody confirms is thrown away; null while there is none. */
  waitsUntilMs: number | null
  /** Wakes the loop. */
  changed: boolean
}

export type ImportStep = { kind: ImportRequest } | { kind: 'wait'; forMs: number } | { kind: 'end' }

/** An import of which nothing is known yet. */
export const freshImport = (): ImportWork => ({
  snapshot: null,
  isLoaded: false,
  asked: new Set(),
  doing: null,
  askedRevision: 0,
  waitsUntilMs: null,
  changed: false,
})

/** What an earlier run of the workflow left half done. */
const unfinished = ({ state }: ImportSnapshot): ImportRequest | null => {
  if (state === 'uploaded' || state === 'previewing') return 'preview'
  if (state === 'importing') return 'import'
  return state === 'reverting' ? 'revert' : null
}

const isConfirmable = ({ state, hasBegun }: ImportSnapshot): boolean =>
  state === 'preview' || (state === 'failed' && hasBegun)

type Guarded = readonly [request: ImportRequest, mayBegin: (snapshot: ImportSnapshot) => boolean]

/** What is asked before what was left half done, because it makes that useless; the rest after it. */
const first: readonly Guarded[] = [
  ['discard', isDiscardable],
  ['revert', isRevertible],
]
const then: readonly Guarded[] = [
  ['preview', isCorrectable],
  ['import', isConfirmable],
]

/** Decides the next step. */
export const nextImportStep = (
  { snapshot, asked, waitsUntilMs }: ImportWork,
  nowMs: number,
): ImportStep => {
  if (snapshot === null) return { kind: 'end' }
  const among = (guarded: readonly Guarded[]): ImportRequest | undefined =>
    guarded.find(([request, mayBegin]) => asked.has(request) && mayBegin(snapshot))?.[0]
  const request = among(first) ?? unfinished(snapshot) ?? among(then)
  if (request) return { kind: request }
  if (snapshot.state !== 'preview') return { kind: 'end' }
  const forMs = (waitsUntilMs ?? nowMs + previewLifeMs) - nowMs
  return forMs <= 0 ? { kind: 'discard' } : { kind: 'wait', forMs }
}

/** Whether a preview is asked for that is there: it was begun after the correction, and has taken it in. */
export const isPreviewCovered = ({ snapshot, asked, askedRevision }: ImportWork): boolean =>
  asked.has('preview') &&
  snapshot?.state === 'preview' &&
  snapshot.previewedRevision !== null &&
  snapshot.previewedRevision >= askedRevision

const states = { preview: 'previewing', import: 'importing', revert: 'reverting' } as const

/** What is known while a step is under way. */
export const whileDoing = (
  snapshot: ImportSnapshot | null,
  doing: ImportRequest,
): ImportSnapshot | null =>
  snapshot === null || doing === 'discard'
    ? snapshot
    : {
        ...snapshot,
        state: states[doing],
        hasBegun: snapshot.hasBegun || doing === 'import',
      }
