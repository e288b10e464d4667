import { z } from 'zod'

const isWebAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
}

/** Where the browser goes after the bank's page; its own parameters are kept. */
export const returnUrl = z
  .string()
  .max(2_000)
  .refine(isWebAddress, 'http(s), no user name, no password')
  .meta({ description: 'Where the browser returns to, with the parameters flow and result' })

/** The address with which the person is sent back to the ERP. */
export const returnAddress = (url: string, flowId: string): string => {
  const address = new URL(url)
  address.searchParams.set('flow', flowId)
  address.searchParams.set('result', 'received')
  return address.href
}
