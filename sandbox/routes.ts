/** Finds the route of a request by method and path. */
export interface RouteAddress {
  method: string
  /** A path whose parts that begin with a colon may be anything. */
  path: string
}

export interface Match<R> {
  route: R
  params: Record<string, string>
}

const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '')

const paramsOf = (pattern: string[], parts: string[]): Record<string, string> | null => {
  const params: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? ''
    if (expected.startsWith(':')) params[expected.slice(1)] = part
    else if (expected !== part) return null
  }
  return params
}

/** Makes a finder over the routes; it answers null when none fits. */
export const findRoute = <R extends RouteAddress>(
  routes: readonly R[],
): ((method: string, path: string) => Match<R> | null) => {
  const patterns = routes.map((route) => ({ route, pattern: partsOf(route.path) }))
  const keyOf = (method: string, length: number) => `${method} ${length}`
  const byShape = Map.groupBy(patterns, ({ route, pattern }) => keyOf(route.method, pattern.length))
  return (method, path) => {
    const parts = partsOf(path)
    for (const { route, pattern } of byShape.get(keyOf(method, parts.length)) ?? []) {
      const params = paramsOf(pattern, parts)
      if (params !== null) return { route, params }
    }
    return null
  }
}
