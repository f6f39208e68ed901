import type { ProxyConfig, Session } from 'electron'
import { guardSession, type GuardedSession } from './denials.ts'
import { answerPage } from './page.ts'

/** The window's session, apart from the one that asks the system for its proxy and fetches updates. */
export const pagePartition = 'persist:window'

/**
 * What the Content-Security-Policy does not govern (names resolved and connections opened ahead, WebRTC's TURN over TCP)
 * goes to the discard port of this computer, where nobody listens; loopback is no exception.
 */
export const deadEnd: ProxyConfig = { mode: 'fixed_servers', proxyRules: 'http://127.0.0.1:9', proxyBypassRules: '<-loopback>' }

export type PageSession = GuardedSession & Pick<Session, 'setProxy'> & { protocol: Pick<Session['protocol'], 'handle'> }

/** The page's files and nothing else: no permission, no download but its own texts, no way to any network. */
export async function preparePageSession(session: PageSession, { pageUrl, folder, log }: { pageUrl: string; folder: string; log(line: string): void }): Promise<void> {
  guardSession(session, pageUrl, log)
  session.protocol.handle('app', (request) => answerPage(request, folder))
  await session.setProxy(deadEnd)
}
