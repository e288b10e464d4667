interface Parts {
  database?: string
  user?: string
  password?: string
}

/** The same PostgreSQL address with another database, user or password. */
export const databaseAddress = (address: string, { database, user, password }: Parts): string => {
  const url = new URL(address)
  if (database !== undefined) url.pathname = `/${database}`
  if (user !== undefined) url.username = encodeURIComponent(user)
  if (password !== undefined) url.password = encodeURIComponent(password)
  return url.href
}
