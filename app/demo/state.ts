import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { Grants } from './grants.ts'
import type { DemoApp, DemoTenant } from './tenants.ts'

/** What a logged request carried as its token: which one it was, never the token. */
export interface LoggedToken {
  tokenUti: string | null
  tid: string | null
  appId: string | null
}

/** One request to a demo service; header names in lower case, `authorization` replaced by what the token was. */
export interface LoggedRequest {
  service: 'login' | 'exchange' | 'compliance' | 'graph'
  method: string
  path: string
  query: Record<string, string>
  host: string
  headers: Record<string, string | LoggedToken>
  token: LoggedToken | null
  status: number
  cmdletName: string | null
  /** 1 for the first page, 2 for the next; null where nothing is paged. */
  page: number | null
  /** The header `CommandName` of EXOModuleFile. */
  commandName: string | null
  /** Milliseconds since the epoch. */
  at: number
}

/** An answer given in place of the service's own. `drop` closes the connection without one. */
export interface OverrideAnswer {
  status?: number
  headers?: Record<string, string>
  body?: string
  drop?: boolean
}

/** Which requests an override is for: part of the path or a cmdlet's name (any case), or a test of its own. */
export type Matcher = string | RegExp | ((request: LoggedRequest) => boolean)

export interface Override {
  matcher: Matcher
  answer: OverrideAnswer
  once: boolean
}

/** Everything the demo's services share. */
export interface DemoState {
  tenants: DemoTenant[]
  signingKey: { privateKey: KeyObject; publicKey: KeyObject; kid: string }
  /** Seconds the services' clock is ahead of this machine's. */
  skewSeconds: number
  /** Milliseconds each answer is held back. */
  latencyMs: number
  /** Seconds from issue to expiry of a token, and how far it may vary either way. */
  tokenLifeSeconds: number
  tokenLifeJitterSeconds: number
  overrides: Override[]
  log: LoggedRequest[]
  /** The newest token of each app and audience: its `uti`, and when it was issued (milliseconds of this machine). */
  newestTokens: Map<string, { uti: string; at: number }>
  /** Milliseconds after which a newer token makes the older ones of its app refused; null: they live until `exp`. */
  refuseSupersededAfterMs: number | null
  /** What accounts granted by hand. */
  grants: Grants
  /** Where a browser finds the login authority's pages. */
  pagesUrl: string
}

export function createState(): DemoState {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = createHash('sha1').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64url')
  return {
    tenants: [],
    signingKey: { privateKey, publicKey, kid },
    skewSeconds: 0,
    latencyMs: 0,
    tokenLifeSeconds: 3900,
    tokenLifeJitterSeconds: 60,
    overrides: [],
    log: [],
    newestTokens: new Map(),
    refuseSupersededAfterMs: null,
    grants: new Grants(),
    pagesUrl: ''
  }
}

/** The services' clock, in milliseconds since the epoch. */
export function serviceNow(state: DemoState): number {
  return Date.now() + state.skewSeconds * 1000
}

/** The tenant with this id or verified domain; undefined where there is none. */
export function findTenant(state: DemoState, idOrDomain: string): DemoTenant | undefined {
  const wanted = idOrDomain.toLowerCase()
  return state.tenants.find((tenant) => tenant.tenantId === wanted || tenant.domains.includes(wanted))
}

export function findApp(tenant: DemoTenant, clientId: string): DemoApp | undefined {
  return tenant.apps.find((app) => app.clientId === clientId.toLowerCase())
}

/** Takes the answer that was set for this request, if any; a one-time answer is used up. */
export function takeOverride(state: DemoState, request: LoggedRequest): OverrideAnswer | null {
  const fitting = state.overrides.filter((override) => matches(override.matcher, request))
  const found = fitting.find((override) => override.once) ?? fitting[0]
  if (!found) return null
  if (found.once) state.overrides.splice(state.overrides.indexOf(found), 1)
  return found.answer
}

function matches(matcher: Matcher, request: LoggedRequest): boolean {
  if (typeof matcher === 'function') return matcher(request)
  if (matcher instanceof RegExp) return matcher.test(request.path)
  const wanted = matcher.toLowerCase()
  return request.path.toLowerCase().includes(wanted) || request.cmdletName?.toLowerCase() === wanted
}

/** Keeps at most this many requests: a session of days must not fill the memory. */
const maxLoggedRequests = 20_000

export function addToLog(state: DemoState, request: LoggedRequest): void {
  if (state.log.length >= maxLoggedRequests) state.log.shift()
  state.log.push(request)
}
