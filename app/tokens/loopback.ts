import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { failure } from '../failures.ts'

/** An answer of the authority is a code of some kB at most. */
const maxFormBytes = 64 * 1024

/** How long the page that says how it went is waited for. */
const endPageMs = 3_000
const endPages: Record<string, string> = {
  '/signed-in': 'You can close this page and go back to Tenantry.',
  '/not-signed-in': 'The sign-in did not succeed. Tenantry says why; you can close this page.'
}

/** Where a browser brings the authority's answer back to: this computer alone, and one answer only. */
export interface Loopback {
  redirectUri: string
  /** The form that carried the right `state`. Everything else that knocks is refused and changes nothing. */
  answer: Promise<URLSearchParams>
  close(): void
}

/**
 * Listens on loopback, on a free port. Entra takes any port of `http://localhost` where the app has that redirect URI
 * (learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions).
 *
 * @param state what the answer must carry
 * @throws TenantryError `loopback-unavailable`
 */
export async function openLoopback(state: string): Promise<Loopback> {
  let settle: (form: URLSearchParams) => void
  const answer = new Promise<URLSearchParams>((resolve) => (settle = resolve))
  let port = 0
  let endShown = () => {}
  let shown: Promise<void> | null = null
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    const page = endPages[request.url ?? '']
    if (shown && page !== undefined) {
      response.once('finish', endShown)
      return reply(response, 200, page)
    }
    receive(request, port, state)
      .then((form) => {
        if (!form) return reply(response, 400, 'This page belongs to no sign-in that Tenantry waits for.')
        // Sent on to another page: a browser that restores its tabs keeps a form that was posted, and with it the code.
        response.writeHead(303, { location: form.has('code') ? '/signed-in' : '/not-signed-in', 'cache-control': 'no-store', connection: 'close' }).end()
        shown ??= new Promise((resolve) => (endShown = resolve))
        settle(form)
      })
      .catch(() => response.destroy())
  }
  const first = createServer(handle)
  try {
    port = await listen(first, '127.0.0.1', 0)
  } catch (error) {
    throw failure('loopback-unavailable', { reason: (error as NodeJS.ErrnoException).code ?? 'no reason given' })
  }
  // A browser may take `localhost` for the IPv6 address first; where there is none, it goes on to the other.
  const second = createServer(handle)
  const servers = (await listen(second, '::1', port).then(() => true, () => false)) ? [first, second] : [first]
  const closeNow = () => {
    for (const server of servers) {
      server.close()
      // A request that somebody began and never ended would hold its connection for minutes.
      server.closeAllConnections()
    }
  }
  const close = () => {
    if (!shown) return closeNow()
    const timer = setTimeout(closeNow, endPageMs)
    void shown.then(() => {
      clearTimeout(timer)
      closeNow()
    })
  }
  return { redirectUri: `http://localhost:${port}`, answer, close }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

/** The authority's answer; null where it is something else. */
async function receive(request: IncomingMessage, port: number, state: string): Promise<URLSearchParams | null> {
  // A page of another site that found the port has another Host only by DNS rebinding; the state keeps out the rest.
  if (request.headers.host !== `localhost:${port}` || request.method !== 'POST') return null
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > maxFormBytes) return null
    chunks.push(chunk as Buffer)
  }
  const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
  return isSame(form.get('state') ?? '', state) ? form : null
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    connection: 'close'
  })
  response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tenantry</title><style>body{font:16px system-ui;margin:3rem;color-scheme:light dark}</style></head><body><p role="status">${text}</p></body></html>`)
}

