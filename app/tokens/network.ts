import type { Dispatcher } from 'undici'
import type { HttpRequest, HttpResponse, Network } from '../adapters.ts'
import { ProxyError } from '../failures/network.ts'
import type { Route } from '../network/proxy.ts'

/** Entra and Exchange answer within seconds; a proxy that swallows requests is told from them by then. */
export const defaultTimeoutMs = 30_000

/**
 * A network over this machine's own: fetch with a time limit. A redirect is answered as it came and never followed,
 * since a request may carry a secret.
 *
 * @param route through which proxy an address is reached, and what is trusted there; straight unless told
 * @throws what fetch throws; `TenantryError.fromNetwork` reads it
 */
export function createNetwork(route: Route = async () => null): Network {
  return async (request) => {
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(new DOMException('No answer in time', 'TimeoutError')), request.timeoutMs ?? defaultTimeoutMs)
    try {
      return await answerOf(request, request.signal ? AbortSignal.any([request.signal, limit.signal]) : limit.signal, await route(request.url))
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Straight, with what Node trusts by itself. */
export const machineNetwork: Network = createNetwork()

async function answerOf(request: HttpRequest, signal: AbortSignal, dispatcher: Dispatcher | null): Promise<HttpResponse> {
  const { url, method } = request
  const options = { method, headers: request.headers, ...(request.body === undefined ? {} : { body: request.body }), redirect: 'manual' as const, signal }
  const response = dispatcher ? await fetchOver(dispatcher, url, options) : await fetch(url, options)
  const headers: Record<string, string> = {}
  response.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value
  })
  return { status: response.status, headers, body: await response.text() }
}

/** undici's own fetch: Node's would take the dispatcher of no other version than the one it was built with. */
async function fetchOver(dispatcher: Dispatcher, url: string, options: { method: string; headers: Record<string, string>; body?: string; redirect: 'manual'; signal: AbortSignal }) {
  const undici = await import('undici')
  return undici.fetch(url, { ...options, dispatcher }).catch((error: unknown) => {
    const status = proxyRefusal(error)
    if (status === null) throw error
    throw new ProxyError('on the way', status === '407' ? 'it asks for a user name and password (HTTP 407)' : `it answered HTTP ${status}`)
  })
}

/** The status of a proxy that opened no tunnel: undici says it in a message alone, as if it had been given up. */
function proxyRefusal(error: unknown): string | null {
  for (let one = error; one instanceof Error; one = one.cause) {
    const status = /Proxy response \((\d+)\)/.exec(one.message)?.[1]
    if (status) return status
  }
  return null
}
