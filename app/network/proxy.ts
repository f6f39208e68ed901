import type { Dispatcher } from 'undici'
import { ProxyError } from '../failures/network.ts'
import type { Trust } from './trust.ts'

/** How a request goes out; null for straight. */
export type Route = (url: string) => Promise<Dispatcher | null>

export interface RouteOptions {
  env: NodeJS.ProcessEnv
  trust: Pick<Trust, 'prepare' | 'certificates' | 'version'>
  /** The system's answer for an address, as a PAC file gives it ("PROXY proxy:8080; DIRECT"); absent in plain Node. */
  resolveProxy?: (url: string) => Promise<string>
}

const proxyVariables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']

/**
 * Routes requests as the machine is set up: HTTPS_PROXY and its like where they are set, else what the system says.
 * This machine's own addresses are never sent to a proxy. undici is loaded at the first request that needs it.
 */
export function createRoute({ env, trust, resolveProxy }: RouteOptions): Route {
  const kept = new Map<string, Dispatcher>()
  /** Of the first request, and of the last one. */
  let first: number | null = null
  let version: number | null = null
  const keep = async (key: string, make: (undici: typeof import('undici'), ca: string[] | null) => Dispatcher) => {
    const undici = await import('undici')
    const dispatcher = kept.get(key) ?? make(undici, trust.certificates)
    kept.set(key, dispatcher)
    return dispatcher
  }
  /** What is under way ends as it began; what comes is judged by what is trusted now. */
  const leaveOldConnections = () => {
    first ??= trust.version
    if (trust.version === version) return
    version = trust.version
    for (const dispatcher of kept.values()) void dispatcher.close().catch(() => {})
    kept.clear()
  }
  // Node's own connections, which nobody can close, are as they were when Tenantry started.
  const direct = () => (trust.certificates || version !== first ? keep('direct', ({ Agent }, ca) => new Agent(ca ? { connect: { ca } } : {})) : null)
  return async (url) => {
    trust.prepare()
    leaveOldConnections()
    if (isOwn(new URL(url).hostname)) return direct()
    if (proxyVariables.some((name) => env[name])) {
      return keep('environment', ({ EnvHttpProxyAgent }, ca) => new EnvHttpProxyAgent({ ...environment(env), ...withAuthorities(ca) }))
    }
    const proxy = resolveProxy ? readProxy(await resolveProxy(url)) : null
    return proxy ? keep(proxy, ({ ProxyAgent }, ca) => new ProxyAgent({ uri: proxy, ...withAuthorities(ca) })) : direct()
  }
}

const withAuthorities = (ca: string[] | null) => (ca ? { connect: { ca }, requestTls: { ca }, proxyTls: { ca } } : {})

/** curl's order: small letters first, and ALL_PROXY for what has no variable of its own. */
function environment(env: NodeJS.ProcessEnv): { httpProxy?: string; httpsProxy?: string; noProxy: string } {
  const all = env.all_proxy ?? env.ALL_PROXY
  const httpProxy = env.http_proxy ?? env.HTTP_PROXY ?? all
  const httpsProxy = env.https_proxy ?? env.HTTPS_PROXY ?? all ?? httpProxy
  return { ...(httpProxy ? { httpProxy } : {}), ...(httpsProxy ? { httpsProxy } : {}), noProxy: env.no_proxy ?? env.NO_PROXY ?? '' }
}

function isOwn(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\./.test(host)
}

/**
 * The first way of a PAC answer that Tenantry can go, as a URL; null for straight.
 *
 * @throws ProxyError where there are only proxies of another kind (SOCKS)
 */
export function readProxy(answer: string): string | null {
  const ways = answer.split(';').map((way) => way.trim()).filter(Boolean)
  for (const way of ways) {
    const [kind = '', address = ''] = way.split(/\s+/)
    if (kind.toUpperCase() === 'DIRECT') return null
    if (!/^[\w.[\]:-]+$/.test(address)) continue
    if (/^(PROXY|HTTP)$/i.test(kind)) return `http://${address}`
    if (/^HTTPS$/i.test(kind)) return `https://${address}`
  }
  const first = ways[0]
  if (first === undefined) return null
  throw new ProxyError(first.split(/\s+/)[1] ?? first, 'it is of a kind that Tenantry can’t use (SOCKS)')
}
