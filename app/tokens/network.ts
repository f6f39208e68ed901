import type { HttpRequest, HttpResponse, Network } from '../adapters.ts'

/** Entra and Exchange answer within seconds; a proxy that swallows requests is told from them by then. */
export const defaultTimeoutMs = 30_000

/**
 * The machine's own network: Node's fetch with a time limit. A redirect is answered as it came and never followed,
 * since a request may carry a secret.
 *
 * @throws what fetch throws; `TenantryError.fromNetwork` reads it
 */
export const machineNetwork: Network = async (request: HttpRequest): Promise<HttpResponse> => {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new DOMException('No answer in time', 'TimeoutError')), request.timeoutMs ?? defaultTimeoutMs)
  try {
    return await answerOf(request, request.signal ? AbortSignal.any([request.signal, limit.signal]) : limit.signal)
  } finally {
    clearTimeout(timer)
  }
}

async function answerOf(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
  const { url, method } = request
  const body = request.body === undefined ? {} : { body: request.body }
  const response = await fetch(url, { method, headers: request.headers, ...body, redirect: 'manual', signal })
  const headers: Record<string, string> = {}
  response.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value
  })
  return { status: response.status, headers, body: await response.text() }
}
