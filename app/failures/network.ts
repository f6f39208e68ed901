import { isJsonAnswer } from '../json.ts'
import type { Reading } from './reading.ts'

/** An answer that is not the one hoped for; header names in lower case. */
export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** A proxy on the way that refused, or that Tenantry can't use. */
export class ProxyError extends Error {
  readonly proxy: string
  readonly reason: string

  constructor(proxy: string, reason: string) {
    super(`${proxy}: ${reason}`)
    this.name = 'ProxyError'
    this.proxy = proxy
    this.reason = reason
  }
}

// Codes of OpenSSL's verification as Node names them (nodejs.org/api/tls.html#x509-certificate-error-codes).
const untrustedCodes = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED'
])

const codesBySystemCode: Record<string, Reading['code']> = {
  ECONNREFUSED: 'connection-refused',
  ENOTFOUND: 'host-not-found',
  EAI_AGAIN: 'host-not-found',
  ETIMEDOUT: 'timed-out',
  UND_ERR_CONNECT_TIMEOUT: 'timed-out',
  UND_ERR_HEADERS_TIMEOUT: 'timed-out',
  UND_ERR_BODY_TIMEOUT: 'timed-out'
}

/** Reads an error of the network, or an HTTP answer, of `host`. */
export function readNetworkProblem(problem: unknown, host: string): Reading {
  return isAnswer(problem) ? readAnswer(problem, host) : readError(problem, host)
}

function readAnswer(answer: HttpAnswer, host: string): Reading {
  const retryAfter = secondsOf(answer.headers['retry-after'])
  const wait = retryAfter === undefined ? {} : { retryAfter }
  if (answer.status === 429) {
    const sentence = retryAfter === undefined ? '' : ` It asks to wait ${retryAfter} s.`
    return { code: 'throttled', parameters: { host, wait: sentence }, ...wait }
  }
  if (answer.status >= 500) return { code: 'service-down', parameters: { host, status: answer.status }, ...wait }
  if (answer.status >= 300 && answer.status < 400) return { code: 'redirected', parameters: { host } }
  if (isJsonAnswer(answer.body)) return { code: 'network-failed', parameters: { host, reason: `HTTP ${answer.status}` } }
  return { code: 'not-json', parameters: { host } }
}

function readError(error: unknown, host: string): Reading {
  const chain = causes(error)
  const proxy = chain.find((one) => one instanceof ProxyError)
  if (proxy) return { code: 'proxy-failed', parameters: { host, proxy: proxy.proxy, reason: proxy.reason } }
  const codes = chain.map((one) => String((one as NodeJS.ErrnoException).code ?? ''))
  if (codes.some((code) => untrustedCodes.has(code))) return { code: 'tls-untrusted', parameters: { host } }
  const known = codes.map((code) => codesBySystemCode[code]).find((code) => code !== undefined)
  if (known) return { code: known, parameters: { host } }
  if (chain.some((one) => one.name === 'TimeoutError')) return { code: 'timed-out', parameters: { host } }
  if (chain.some((one) => one.name === 'AbortError')) return { code: 'cancelled' }
  if (codes.some((code) => /^(CERT_|ERR_TLS|ERR_SSL|EPROTO)/.test(code))) return { code: 'tls-failed', parameters: { host } }
  return { code: 'network-failed', parameters: { host, reason: codes.find((code) => /^[A-Z_]+$/.test(code)) ?? 'no reason given' } }
}

/** The error, its causes and the errors it gathers (fetch wraps the socket's, which gathers one per address). */
function causes(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > 5) return []
  const gathered = error instanceof AggregateError ? error.errors : []
  return [error, ...[error.cause, ...gathered].flatMap((one) => causes(one, depth + 1))]
}

/** `Retry-After` in seconds, from its number or its date (RFC 9110 section 10.2.3). */
export function secondsOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '') return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds))
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000))
}

function isAnswer(problem: unknown): problem is HttpAnswer {
  return typeof problem === 'object' && problem !== null && 'status' in problem && 'body' in problem
}
