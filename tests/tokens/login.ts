import { randomUUID } from 'node:crypto'
import type { Cloud, HttpRequest, HttpResponse, Network } from '../../app/adapters.ts'
import { demoHosts } from '../../app/demo/names.ts'
import { createState } from '../../app/demo/state.ts'
import { createTenant, type DemoApp, type DemoTenant } from '../../app/demo/tenants.ts'
import { answerLogin } from '../../app/demo/token-endpoint.ts'

/** The demo's login authority without its Exchange: every token of these tests comes from it. */
export function startLogin(): {
  network: Network
  cloud: Cloud
  tenant: DemoTenant
  other: DemoTenant
  app: DemoApp
  requests: HttpRequest[]
  /** Answers the next requests in the authority's place, until it answers null. */
  answerWith(answer: ((request: HttpRequest) => HttpResponse | Promise<HttpResponse> | null) | null): void
} {
  const state = createState()
  const tenant = createTenant({ name: 'Northwind', mailboxes: 1 })
  const other = createTenant({ name: 'Tailspin', mailboxes: 1 })
  state.tenants.push(tenant, other)
  const requests: HttpRequest[] = []
  let instead: ((request: HttpRequest) => HttpResponse | Promise<HttpResponse> | null) | null = null
  const network: Network = async (request) => {
    requests.push(request)
    return (await instead?.(request)) ?? answerLogin(state, request)
  }
  const exchange = `https://${demoHosts.exchange}`
  const cloud: Cloud = {
    id: 'demo',
    label: 'Demo',
    loginHost: demoHosts.login,
    services: { exchange: { resource: exchange, url: exchange }, compliance: null },
    connectParameters: { exchange: {}, compliance: {} },
    module: { name: 'ExchangeOnlineManagement' }
  }
  return { network, cloud, tenant, other, app: tenant.apps[0]!, requests, answerWith: (answer) => (instead = answer) }
}

/** An unsigned JWT with these claims: shape only. */
export function shapedToken(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.${part(randomUUID())}`
}
