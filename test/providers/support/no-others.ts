import type { OtherLinks } from '../../../activities/providers/provider.ts'

/** A tenant that links and has linked nothing else. */
export const noOthers: OtherLinks = { held: [], isLinking: false }
