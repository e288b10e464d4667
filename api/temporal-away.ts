import { isGrpcServiceError } from '@temporalio/client'

/**
 * gRPC: cancelled, deadline exceeded, resource exhausted, failed precondition (the workflow's task fails, until a version
 * that can run it is deployed), aborted, unavailable.
 */
const awayCodes = new Set<number>([1, 4, 8, 9, 10, 14])
const causesMax = 4

/** Tells whether Temporal could not be reached, or had no room or no worker to answer in time. */
export const isTemporalAway = (error: unknown, depth = 0): boolean => {
  if (!(error instanceof Error) || depth > causesMax) return false
  if (isGrpcServiceError(error) && awayCodes.has(error.code)) return true
  return isTemporalAway(error.cause, depth + 1)
}
