import { createServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { handleExchange } from './exchange.ts'
import { answerLoginLogged } from './service.ts'
import { createState, type DemoState } from './state.ts'
import { createTenant, demoTenantSettings } from './tenants.ts'

export interface TlsOptions {
  host: string
  /** 0 for any free port. */
  port: number
  /** PEM texts. */
  cert: Buffer
  key: Buffer
}

/** What a client needs to sign in to one of the tenants. */
export interface TenantLine {
  name: string
  domain: string
  tenantId: string
  clientId: string
  clientSecret: string
}

/**
 * Serves the demo tenants, Exchange and login authority together, over one TLS listener under whatever name a client
 * calls it by: Microsoft's own module takes nothing but https on port 443. Rejects where the address can't be had or
 * the certificate and key don't fit.
 */
export async function startTlsService(options: TlsOptions): Promise<{ port: number; tenants: TenantLine[]; close: () => Promise<void> }> {
  const state = createState()
  state.tenants.push(...demoTenantSettings.map(createTenant))
  const server = createServer({ cert: options.cert, key: options.key }, (request, response) => {
    answer(state, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    tenants: state.tenants.map((tenant) => {
      const app = tenant.apps[0]
      return { name: tenant.name, domain: tenant.domain, tenantId: tenant.tenantId, clientId: app?.clientId ?? '', clientSecret: app?.clientSecret ?? '' }
    }),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    }
  }
}

/** Exchange has its own path; everything else is the login authority's. */
async function answer(state: DemoState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (/^\/(adminapi|hosts)\//i.test(request.url ?? '')) return handleExchange(state, request, response)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > maxFormBytes) return void request.destroy()
    chunks.push(chunk as Buffer)
  }
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const url = `https://${request.headers.host ?? 'login.microsoftonline.com'}${request.url ?? '/'}`
  const method = request.method === 'POST' ? 'POST' : 'GET'
  const given = answerLoginLogged(state, { url, method, headers, body: Buffer.concat(chunks).toString('utf8') })
  response.writeHead(given.status, { ...given.headers, 'content-length': String(Buffer.byteLength(given.body)) })
  response.end(given.body)
}

/** A form with a client assertion has about 2 kB. */
const maxFormBytes = 256 * 1024
