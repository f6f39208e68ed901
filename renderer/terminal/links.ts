/** A link of a terminal: where it really leads, and what is to be said of it. */
export interface TerminalLink {
  /** The address with its host in ASCII, so that no letter passes for another. */
  target: string
  /** The host alone, as the person is to read it. */
  host: string
  /** Why it is not opened. */
  problem: string | null
  /** What may deceive about it. */
  warnings: string[]
}

/** As app/electron/outside-links.ts, which has the last word. */
const longest = 2000
/** An address or a host's name, as a text would show it. */
const shownHost = /^\s*(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/\s@]*@)?((?:[\p{L}\p{N}_-]+\.)+[\p{L}]{2,}|\[[0-9a-f:.]+\]|(?:\d{1,3}\.){3}\d{1,3})(?=[:/?#\s]|$)/iu
const hidden = /[\p{Cf}\p{Cc}]/u

/**
 * What becomes of an address that a program printed.
 *
 * @param shown the text that it hides behind (OSC 8); null where the address is the text
 */
export function judgeLink(address: string, shown: string | null = null): TerminalLink {
  const refused = (problem: string, target = ''): TerminalLink => ({ target, host: '', problem, warnings: [] })
  if (address.length > longest) return refused('The address is longer than 2,000 characters, which nobody reads.', `${address.slice(0, 100)}…`)
  if (!URL.canParse(address)) return refused('This is no address that can be opened.')
  const { protocol, host, hostname, username, password, href } = new URL(address)
  if (protocol !== 'https:' && protocol !== 'http:') return refused('Only http and https addresses are opened.', href)
  if (username || password) return refused('A name before the @ is made to look like the site: this address is not opened.', href)
  const warnings: string[] = []
  const claimed = shown === null ? null : hostOf(shown)
  if (claimed !== null && claimed !== hostname) warnings.push(`The text says ${claimed}, but the link leads to ${host}.`)
  if (shown !== null && hidden.test(shown)) warnings.push('The link’s text has characters that can’t be seen.')
  if (/(?:^|\.)xn--/.test(hostname)) warnings.push('The site’s name has letters that can look like others.')
  if (protocol === 'http:') warnings.push('The page is not encrypted: it can be read and changed on its way.')
  return { target: href, host, problem: null, warnings }
}

/** The host that a text names, in ASCII; null where it names none. */
function hostOf(text: string): string | null {
  const visible = text.replace(/\p{Cf}/gu, '')
  const name = shownHost.exec(visible)?.[1]
  if (!name || !URL.canParse(`https://${name}/`)) return null
  return new URL(`https://${name}/`).hostname
}
