import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { parseJwt } from './jwt.ts'
import { demoHosts, type DemoServiceName } from './names.ts'
import type { LoggedRequest, LoggedToken } from './state.ts'

/** A request as the service sees it, whichever way its host was named. */
export interface ExchangeRequest {
  method: string
  /** Decoded path, without the alias of a host. */
  path: string
  query: URLSearchParams
  /** The host the client meant. */
  host: string
  /** The first label of that host: `ps` on the global compliance host, a region on the others. */
  hostLabel: string
  service: DemoServiceName
  body: string
  logged: LoggedRequest
  header(name: string): string | undefined
  /** The URL of this service for a path; reaches it the way this request came. */
  url(path: string): string
  /** This request's own URL on another of the service's hosts. */
  urlOn(host: string): string
}

/** No honest request is bigger; a body beyond it is cut off with its connection. */
const maxBodyBytes = 4 * 1024 * 1024

/**
 * On loopback one address stands for all hosts, so a path may begin with `/hosts/<host>`:
 * `http://127.0.0.1:<port>/hosts/ps.compliance.protection.tenantry-demo.invalid/AdminApi/…`.
 */
const hostAlias = /^\/hosts\/([^/]+)(\/.*)$/

/** Reads a request whole. Rejects where it is too large or its connection breaks. */
export async function readRequest(request: IncomingMessage): Promise<ExchangeRequest> {
  const raw = new URL(request.url ?? '/', 'http://service.invalid')
  const alias = hostAlias.exec(raw.pathname)
  const sentHost = request.headers.host ?? demoHosts.exchange
  const host = alias?.[1] ?? sentHost
  const rawPath = alias?.[2] ?? raw.pathname
  const path = safeDecode(rawPath)
  const body = await readBody(request)
  const service = serviceAt(host)
  const scheme = (request.socket as TLSSocket).encrypted ? 'https' : 'http'
  const base = `${scheme}://${sentHost}`
  const header = (name: string) => {
    const value = request.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: request.method ?? 'GET',
    path,
    query: raw.searchParams,
    host,
    hostLabel: host.split('.')[0]?.toLowerCase() ?? '',
    service,
    body,
    logged: toLog(request, { service, path, host, query: raw.searchParams, body }),
    header,
    url: (wanted) => `${base}${alias ? `/hosts/${host}` : ''}${wanted}`,
    urlOn: (other) => (alias ? `${base}/hosts/${other}${rawPath}${raw.search}` : `${scheme}://${other}${portOf(sentHost)}${rawPath}${raw.search}`)
  }
}

function serviceAt(host: string): DemoServiceName {
  if (/^graph\./i.test(host)) return 'graph'
  return /(^|\.)compliance\.|^l5\.ps\./i.test(host) ? 'compliance' : 'exchange'
}

/** Headers that answer the client's own: it finds its request again by them. */
export function readResponseHead(request: ExchangeRequest): Record<string, string> {
  const id = request.header('client-request-id')
  return id ? { 'client-request-id': id } : {}
}

function toLog(request: IncomingMessage, parts: Pick<LoggedRequest, 'service' | 'path' | 'host'> & { query: URLSearchParams; body: string }): LoggedRequest {
  const { authorization, ...others } = request.headers
  const token = authorization === undefined ? null : describeToken(authorization)
  const headers: LoggedRequest['headers'] = {}
  for (const [name, value] of Object.entries(others)) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '')
  if (token) headers['authorization'] = token
  return {
    service: parts.service,
    method: request.method ?? 'GET',
    path: parts.path,
    query: Object.fromEntries(parts.query),
    host: parts.host,
    headers,
    token,
    status: 0,
    cmdletName: cmdletNameOf(request, parts.body),
    page: null,
    commandName: typeof others['commandname'] === 'string' ? others['commandname'] : null,
    at: Date.now()
  }
}

/** Which token it was, without being able to use it. */
export function describeToken(authorization: string): LoggedToken {
  const claims = parseJwt(authorization.replace(/^Bearer /i, ''))?.claims
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return { tokenUti: text(claims?.['uti']), tid: text(claims?.['tid']), appId: text(claims?.['appid']) }
}

function cmdletNameOf(request: IncomingMessage, body: string): string | null {
  const header = request.headers['x-cmdletname']
  if (typeof header === 'string') return header
  return /"CmdletName"\s*:\s*"([^"]+)"/.exec(body)?.[1] ?? null
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > maxBodyBytes) {
      request.destroy()
      throw new Error('The request is too large.')
    }
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function portOf(host: string): string {
  return /:\d+$/.exec(host)?.[0] ?? ''
}
