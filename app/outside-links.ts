/** The only sites whose pages the window may have opened in the person's browser, each with its reason. */
const sites: ReadonlyArray<{ origin: string; reason: string }> = [
  { origin: 'https://learn.microsoft.com', reason: 'the token panel names Microsoft’s pages on ways of signing in' }
]

/** Whether an address that the window asks to open goes to the person's browser; everything else is refused. */
export function opensOutside(address: string): boolean {
  if (!URL.canParse(address)) return false
  const { origin, username, password } = new URL(address)
  return username === '' && password === '' && sites.some((site) => site.origin === origin)
}
