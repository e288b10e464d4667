import type { OpenParser } from '../output.ts'

export const openCamt053: OpenParser = () => ({ write: () => {}, end: () => {} })
