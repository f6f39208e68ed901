import { AsyncLocalStorage } from 'node:async_hooks'
import { AuthError, type INetworkModule, type NetworkRequestOptions, type NetworkResponse } from '@azure/msal-node'
import type { HttpRequest, HttpResponse, Network } from '../adapters.ts'
import { fromNetwork, type TenantryError } from '../failures.ts'

/** What belongs to one call of a client that several calls share. */
export interface CallContext {
  onWaiting: ((detail: string) => void) | undefined
  signal: AbortSignal | undefined
  /** Told the time that the authority's answer names, milliseconds since the epoch. */
  onDate?: (date: number) => void
}
export const callContext = new AsyncLocalStorage<CallContext>()

/** MSAL lets only its own errors pass through it unchanged, so ours travels inside one. */
export class CarriedFailure extends AuthError {
  readonly failure: TenantryError

  constructor(failure: TenantryError) {
    super(failure.code, '', failure.message)
    this.failure = failure
  }
}

/**
 * MSAL's network over ours. Answers that MSAL can't read (a web page, a redirect, throttling, a service that is down)
 * become failures here, where status and headers are still known.
 */
export function networkModule(network: Network): INetworkModule {
  const send = <T>(method: HttpRequest['method']) => (url: string, options?: NetworkRequestOptions) => ask<T>(network, method, url, options)
  return {
    sendGetRequestAsync: <T>(url: string, options?: NetworkRequestOptions) => send<T>('GET')(url, options),
    sendPostRequestAsync: <T>(url: string, options?: NetworkRequestOptions) => send<T>('POST')(url, options)
  }
}

async function ask<T>(network: Network, method: HttpRequest['method'], url: string, options?: NetworkRequestOptions): Promise<NetworkResponse<T>> {
  const host = new URL(url).host
  const { signal, onDate } = callContext.getStore() ?? {}
  let answer: HttpResponse
  try {
    answer = await network({
      url,
      method,
      headers: options?.headers ?? {},
      ...(options?.body === undefined ? {} : { body: options.body }),
      ...(signal ? { signal } : {})
    })
  } catch (error) {
    throw new CarriedFailure(fromNetwork(error, host))
  }
  const date = Date.parse(answer.headers.date ?? '')
  if (!Number.isNaN(date)) onDate?.(date)
  const body = parse(answer.body)
  const isRefusal = typeof body?.error_description === 'string' && /AADSTS\d/.test(body.error_description)
  const isToken = answer.status === 200 && body !== null
  if (answer.status === 429 || (!isRefusal && !isToken)) throw new CarriedFailure(fromNetwork(answer, host))
  return { headers: answer.headers, status: answer.status, body: body as T }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
