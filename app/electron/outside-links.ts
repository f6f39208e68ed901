/** A kind of address that the window may want opened outside, and what becomes of it. */
export interface OutsideRule {
  kind: 'no-address' | 'too-long' | 'not-web' | 'with-credentials' | 'http' | 'https'
  opens: boolean
  reason: string
}

export const outsideRules: readonly OutsideRule[] = [
  { kind: 'no-address', opens: false, reason: 'nothing can be shown of it' },
  { kind: 'too-long', opens: false, reason: 'nobody reads a target of more than 2,000 characters' },
  { kind: 'not-web', opens: false, reason: 'other schemes start programs' },
  { kind: 'with-credentials', opens: false, reason: 'a name before the @ is made to look like the site' },
  { kind: 'http', opens: true, reason: 'the same, and the question says that it can be read and changed on its way' },
  { kind: 'https', opens: true, reason: 'a page in the person’s own browser, once they have seen where it leads' }
]

const longest = 2000

/** What becomes of an address, and how it is shown: with its host in ASCII, so that no letter passes for another. */
export function ruleOf(address: string): OutsideRule & { target: string } {
  const rule = (kind: OutsideRule['kind'], target = '') => ({ ...outsideRules.find((row) => row.kind === kind)!, target })
  if (address.length > longest) return rule('too-long')
  if (!URL.canParse(address)) return rule('no-address')
  const { protocol, username, password, href } = new URL(address)
  if (protocol !== 'https:' && protocol !== 'http:') return rule('not-web')
  if (username || password) return rule('with-credentials')
  return rule(protocol === 'https:' ? 'https' : 'http', href)
}

export interface OutsideOptions {
  /** Asks with the real target; true where it may be opened. */
  ask(target: string): Promise<boolean>
  open(target: string): Promise<void>
  log(line: string): void
}

/** Opens what the window wants opened outside, after a question; one at a time, so that no page can flood the person. */
export function createOutsideLinks({ ask, open, log }: OutsideOptions): (address: string) => Promise<void> {
  let isAsking = false
  return async (address) => {
    const { opens, kind, target } = ruleOf(address)
    if (!opens) return log(`a link was not opened (${kind})`)
    if (isAsking) return log('a link was not opened (another one waits for its answer)')
    isAsking = true
    try {
      if (await ask(target)) await open(target)
    } catch (error) {
      log(`a link could not be opened: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      isAsking = false
    }
  }
}
