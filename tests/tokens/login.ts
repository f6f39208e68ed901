import { randomUUID } from 'node:crypto'
import type { Cloud, HttpRequest, HttpResponse, Network } from '../../app/adapters.ts'
import { afterAll } from 'vitest'
import { demoHosts } from '../../app/demo/names.ts'
import { startDemo } from '../../app/demo/service.ts'
import type { DemoApp, DemoTenant } from '../../app/demo/tenants.ts'

const demo = await startDemo({ tenants: false })
afterAll(() => demo.dispose())

/** Two new tenants at the demo's login authority, which really checks what it is sent. */
export function startLogin(): {
  network: Network
  cloud: Cloud
  tenant: DemoTenant
  other: DemoTenant
  app: DemoApp
  requests: HttpRequest[]
  /** Answers the next requests in the authority's place, until it answers null. */
  answerWith(answer: ((request: HttpRequest) => HttpResponse | Promise<HttpResponse> | null) | null): void
  /** Seconds that tokens live from now on, and how far the authority's clock is ahead; for every login of this file. */
  setTokenLife(seconds: number): void
  setSkew(seconds: number): void
} {
  const [tenant, other] = ['Northwind', 'Tailspin'].map((name) => demo.addTenant({ name: `${name} ${randomUUID()}`, mailboxes: 1 })) as [DemoTenant, DemoTenant]
  const requests: HttpRequest[] = []
  let instead: ((request: HttpRequest) => HttpResponse | Promise<HttpResponse> | null) | null = null
  const network: Network = async (request) => {
    requests.push(request)
    return (await instead?.(request)) ?? demo.network(request)
  }
  const exchange = `https://${demoHosts.exchange}`
  const cloud: Cloud = {
    id: 'demo',
    label: 'Demo',
    loginHost: demoHosts.login,
    services: { exchange: { resource: exchange, url: exchange }, compliance: null, graph: null },
    connectParameters: { exchange: {}, compliance: {}, graph: {} }
  }
  const { setTokenLife, setSkew } = demo
  return { network, cloud, tenant, other, app: tenant.apps[0]!, requests, answerWith: (answer) => (instead = answer), setTokenLife, setSkew }
}

/** An unsigned JWT with these claims: shape only. */
export function shapedToken(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part(claims)}.${part(randomUUID())}`
}
