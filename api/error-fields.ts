/** A field that somebody's error carries beside its message; undefined where there is none. */
export const fieldOf = (error: unknown, name: string): unknown =>
  error instanceof Error && name in error ? Reflect.get(error, name) : undefined
