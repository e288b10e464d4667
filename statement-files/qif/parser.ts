import type { OpenParser } from '../output.ts'

export const openQif: OpenParser = () => ({ write: () => {}, end: () => {} })
