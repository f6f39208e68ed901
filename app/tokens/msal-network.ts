import { AsyncLocalStorage } from 'node:async_hooks'
import { AuthError, type INetworkModule, type NetworkRequestOptions, type NetworkResponse } from '@azure/msal-node'
import type { HttpRequest, HttpResponse, Network } from '../adapters.ts'
import { failure, fromNetwork, type TenantryError } from '../failures.ts'
import { secondsOf } from '../failures/network.ts'
import { jsonOf } from '../json.ts'

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
  const body = objectOf(answer.body)
  const isRefusal = typeof body?.error_description === 'string' && /AADSTS\d/.test(body.error_description)
  const isToken = answer.status === 200 && body !== null
  if (isPassing(answer, body)) throw new CarriedFailure(failure('service-down', { host, status: answer.status }, waitOf(answer)))
  if (answer.status === 429 || (!isRefusal && !isToken)) throw new CarriedFailure(fromNetwork(answer, host))
  return { headers: answer.headers, status: answer.status, body: body as T }
}

/**
 * The authority is in trouble itself, which it may say with a code of its own (AADSTS90033) and, by RFC 6749 section
 * 4.1.2.1, with an error's name under any status: no refusal of what was sent.
 */
function isPassing({ status }: HttpResponse, body: Record<string, unknown> | null): boolean {
  return status >= 500 || (status >= 400 && (body?.error === 'temporarily_unavailable' || body?.error === 'server_error'))
}

function waitOf({ headers }: HttpResponse): { retryAfter?: number } {
  const retryAfter = secondsOf(headers['retry-after'])
  return retryAfter === undefined ? {} : { retryAfter }
}

/** An object or a list: what is wrong with a list is MSAL's to say. */
function objectOf(text: string): Record<string, unknown> | null {
  const value = jsonOf(text)
  return typeof value === 'object' ? (value as Record<string, unknown> | null) : null
}
