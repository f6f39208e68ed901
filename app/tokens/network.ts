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
  const limit = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs)
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    ...(request.body === undefined ? {} : { body: request.body }),
    redirect: 'manual',
    signal: request.signal ? AbortSignal.any([request.signal, limit]) : limit
  })
  const headers: Record<string, string> = {}
  response.headers.forEach((value, name) => {
    headers[name.toLowerCase()] = value
  })
  return { status: response.status, headers, body: await response.text() }
}
