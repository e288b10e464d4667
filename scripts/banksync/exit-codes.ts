/** How a command ends, for the shell. */
export const exitCodes = {
  ok: 0,
  /** Our own fault. */
  defect: 1,
  /** Something was refused, or waits for an answer. */
  refused: 2,
  /** The command was not understood. */
  usage: 64,
  /** The service does not answer. */
  unavailable: 69,
  /** Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
  /** Nobody reads what is written: 128 + SIGPIPE. */
  notRead: 141,
}

/** The command line itself is wrong. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A person pressed Ctrl-C; the message says what that leaves behind. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}
