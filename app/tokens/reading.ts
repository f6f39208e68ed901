import type { SignInWay } from './support.ts'

export type Claims = Record<string, unknown>

/** A token's claims as far as they are what they should be; whatever is not counts as absent. */
export interface Reading {
  /** Who acts: the app itself, or a user through it. */
  kind: 'app' | 'delegated'
  audience: string | null
  tenantId: string | null
  appId: string | null
  appName: string | null
  user: string | null
  roles: string[]
  scopes: string[]
  /** Lower case. */
  wids: string[]
  way: SignInWay
  /** `amr`: how a user signed in. */
  methods: string[]
  /** Milliseconds since the epoch. */
  issuedAt: number | null
  notBefore: number | null
  expiresOn: number | null
}

/** A claim's text is shown up to this length. */
const longestText = 200
/** Of a list this many entries are read; Entra itself puts 200 groups into a token at most. */
const mostEntries = 200
/** The last time that a date can hold (ECMA-262, section 21.4.1.1), in seconds. */
const lastSecond = 8_640_000_000_000

const ways: Readonly<Record<string, SignInWay>> = { 0: 'nothing', 1: 'secret', 2: 'certificate' }

/** Reads what the claims say. Nothing that stands in them makes it throw. */
export function readClaims(claims: Claims): Reading {
  const roles = list(claims.roles)
  const scopes = typeof claims.scp === 'string' ? list(claims.scp.split(' ', mostEntries)) : list(claims.scp)
  const kind = claims.idtyp !== 'app' && (scopes.length > 0 || claims.idtyp === 'user') ? 'delegated' : 'app'
  const proof = claims.appidacr ?? claims.azpacr
  return {
    kind,
    audience: text(claims.aud),
    tenantId: text(claims.tid),
    appId: text(claims.appid) ?? text(claims.azp),
    appName: text(claims.app_displayname),
    user: text(claims.upn) ?? text(claims.preferred_username) ?? text(claims.unique_name) ?? text(claims.name),
    roles,
    scopes,
    wids: list(claims.wids).map((id) => id.toLowerCase()),
    way: kind === 'delegated' ? 'user' : (wayOf(proof) ?? 'unknown'),
    methods: list(claims.amr),
    issuedAt: time(claims.iat),
    notBefore: time(claims.nbf),
    expiresOn: time(claims.exp)
  }
}

/** A token inside of a claim is a secret as much as the one around it. */
const tokenInside = /eyJ[\w-]{8,}\.[\w-]+(\.[\w-]*)?/g

/** The text without tokens in it. */
export function withoutTokens(value: string): string {
  return value.replace(tokenInside, '(a token, left out)')
}

/** The text as it can be shown in one line: without tokens, controls and marks that turn text around. */
export function shown(value: string, longest = longestText): string {
  const line = withoutTokens(value.slice(0, longest * 4)).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}

/** Seconds since 1970 as milliseconds; null where they are no time. */
export function time(value: unknown): number | null {
  return typeof value === 'number' && value > 0 && value <= lastSecond ? Math.round(value * 1000) : null
}

/** How the client proved itself, of a claim's number. */
export function wayOf(proof: unknown): SignInWay | undefined {
  const key = typeof proof === 'number' || typeof proof === 'string' ? String(proof) : ''
  return Object.hasOwn(ways, key) ? ways[key] : undefined
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? shown(value) : null
}

function list(value: unknown): string[] {
  const entries: unknown[] = Array.isArray(value) ? value.slice(0, mostEntries) : [value]
  const texts = entries.map(text).filter((entry): entry is string => entry !== null)
  return [...new Set(texts)]
}
