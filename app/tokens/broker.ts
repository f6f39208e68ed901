import type { Cloud } from '../adapters.ts'
import type { Service } from '../contract.ts'
import { failure, TenantryError } from '../failures.ts'
import type { Token } from './acquire.ts'
import { withSignal } from './with-signal.ts'

/** A token is replaced at this part of its life: early enough to try again many times, and never at the last minute. */
export const renewAt = 0.75
/** Part of the life by which renewals are spread, so that many tenants do not ask in the same second. */
const jitter = 0.05
/** Timers stand still while a machine sleeps; no wait is longer than this, so a late renewal is seen soon after. */
const longestWaitMs = 15_000
/** A token that comes dead already is not asked for again without a pause. */
const shortestWaitMs = 1_000
/** The first pause after a failed try is this part of the token's life, within the limits; each further one doubles. */
const firstPause = { ofLife: 0.01, leastMs: 250, mostMs: 15_000 }
const longestPause = { ofLife: 0.1, leastMs: 1_000, mostMs: 120_000 }
/** A token that was fetched ahead and nobody took is dropped after this time. */
const keptAheadMs = 60_000

/**
 * Whom a token is for. A profile that was changed meanwhile is another subject, so that a session which is open keeps
 * its tenant and its app.
 */
export interface TokenSubject {
  profileId: string
  /** Null where the profile's tenant was not resolved yet. */
  tenantId: string | null
  signInId: string | null
  clientId: string
  cloud: Cloud
}

/** What a session hears of its token. */
export interface TokenListener {
  onRenewed(token: Token): void
  /** `retryAt` is when it is tried again, milliseconds since the epoch; null where that would be of no use. */
  onFailed(failure: TenantryError, retryAt: number | null): void
}

export interface AcquireOptions {
  /** A renewal asks nobody for a credential that was typed once already. */
  purpose: 'connect' | 'renew'
  onWaiting: (detail: string) => void
  signal: AbortSignal
}

export interface BrokerOptions {
  /** Asks the authority itself, past MSAL's cache, which serves a token until 300 s before its end. */
  acquire(subject: TokenSubject, service: Service, options: AcquireOptions): Promise<Token>
  /** Nobody listens for this subject's tokens any more, of whatever service; they are forgotten. */
  onIdle?(subject: TokenSubject): void
  now: () => number
  /** 0 to 1; `Math.random` unless told. */
  random?: () => number
}

interface Entry {
  subject: TokenSubject
  service: Service
  token: Token | null
  /** The end and the life of the newest token, which outlive a lock. */
  last: { exp: unknown; lifeMs: number } | null
  /** The one request that everybody who asks waits for. */
  pending: Pending | null
  listeners: Set<TokenListener>
  dueAt: number
  /** Why no renewal is tried until the credential is another one, or a person asks anew. */
  refusal: TenantryError | null
  pauseMs: number
  timer: NodeJS.Timeout | null
}

interface Pending {
  /** `ahead`: nobody asked yet, and nobody is asked anything. */
  purpose: AcquireOptions['purpose'] | 'ahead'
  /** Somebody wants another token than the last one. */
  isFresh: boolean
  result: Promise<Token>
  abort: AbortController
  waiters: Set<(detail: string) => void>
  /** How many wait for it. */
  askers: number
}

/**
 * The tokens in use: one per profile and service, shared by that profile's sessions, asked for once however many want
 * it, and renewed for as long as somebody listens.
 */
export class TokenBroker {
  readonly #options: BrokerOptions
  readonly #entries = new Map<string, Entry>()
  #keepsNone = false
  /** What was refused ahead; asking again would not get better, and may lock an app out. */
  readonly #refusedAhead = new Set<string>()
  /** The newest token's id (`uti`) of each profile and service, which outlives its listeners: Reconnect leaves and comes back. */
  readonly #newestIds = new Map<string, unknown>()

  constructor(options: BrokerOptions) {
    this.#options = options
  }

  /**
   * A token that is not due for renewal; `fresh` takes a new one even then.
   *
   * @throws TenantryError as the token source does; `cancelled` where `signal` gave up; `token-not-renewed` where a
   * fresh one was wanted and the last one came again
   */
  async get(subject: TokenSubject, service: Service, options: { fresh?: boolean; onWaiting?: (detail: string) => void; signal?: AbortSignal } = {}): Promise<Token> {
    const entry = this.#entry(subject, service)
    // Where that fails, this one may ask the person.
    if (entry.pending?.purpose === 'ahead') {
      if (options.onWaiting) entry.pending.waiters.add(options.onWaiting)
      await withSignal(entry.pending.result.catch(() => {}), options.signal)
    }
    if (!options.fresh && entry.token && this.#options.now() < usableUntil(entry, entry.token)) return entry.token
    const pending = (entry.pending ??= this.#ask(entry, 'connect'))
    pending.isFresh ||= options.fresh ?? false
    if (options.onWaiting) pending.waiters.add(options.onWaiting)
    pending.askers++
    try {
      return await withSignal(pending.result, options.signal)
    } finally {
      // Nobody waits any more: a question for the credential goes with it.
      if (--pending.askers === 0 && pending.purpose === 'connect') pending.abort.abort()
    }
  }

  /**
   * Asks for a token that is likely to be wanted in a moment, and asks no person anything. It is dropped where nobody
   * takes it within a minute. Never throws.
   */
  async fetchAhead(subject: TokenSubject, service: Service): Promise<void> {
    const key = keyOf(subject, service)
    if (this.#keepsNone || this.#entries.has(key) || this.#refusedAhead.has(key)) return
    const entry = this.#entry(subject, service)
    entry.pending = this.#ask(entry, 'ahead')
    try {
      await entry.pending.result
    } catch (error) {
      if (!TenantryError.from(error).retryable) this.#refusedAhead.add(key)
    }
    if (entry.listeners.size > 0 || this.#entries.get(key) !== entry) return
    if (!entry.token) return this.#forget(entry)
    entry.timer = setTimeout(() => this.#forget(entry), keptAheadMs)
    entry.timer.unref()
  }

  /** The token that is held now, expired or not; null where there is none. */
  current(subject: TokenSubject, service: Service): Token | null {
    return this.#entries.get(keyOf(subject, service))?.token ?? null
  }

  /** Why no renewal is tried any more; null where it goes on. */
  refusal(subject: TokenSubject, service: Service): TenantryError | null {
    return this.#entries.get(keyOf(subject, service))?.refusal ?? null
  }

  /** The id (`uti`) of the token that is used now, also behind a lock; empty where there is none. */
  newestId(subject: TokenSubject, service: Service): string {
    const key = keyOf(subject, service)
    return this.#entries.get(key)?.last ? String(this.#newestIds.get(key) ?? '') : ''
  }

  /** Keeps the token fresh from now on. Returns the undo; with the last listener the renewing ends. */
  listen(subject: TokenSubject, service: Service, listener: TokenListener): () => void {
    const entry = this.#entry(subject, service)
    entry.listeners.add(listener)
    this.#schedule(entry)
    return () => {
      // A session that ended undoes it once more as its tab is closed: by then the place may be another one's.
      if (!entry.listeners.delete(listener)) return
      if (entry.listeners.size === 0) this.#forget(entry)
    }
  }

  /**
   * Renews now: after a 401 or 403, or where a command waits for it. Where a refusal stopped the renewing, nobody is
   * asked, and the listeners hear of it once more.
   */
  renew(subject: TokenSubject, service: Service): void {
    const entry = this.#entries.get(keyOf(subject, service))
    if (!entry || entry.listeners.size === 0 || entry.pending) return
    const { refusal } = entry
    if (refusal) for (const listener of entry.listeners) listener.onFailed(refusal, null)
    else void this.#renew(entry)
  }

  /** A sign-in has a credential again: renews what stopped for want of it. */
  retry(signInId: string): void {
    this.#refusedAhead.clear()
    for (const entry of this.#entries.values()) {
      if (entry.subject.signInId === signInId && entry.refusal) void this.#renew(entry)
    }
  }

  /** The machine woke: renews at once what fell due meanwhile. */
  wake(): void {
    for (const entry of this.#entries.values()) {
      if (entry.listeners.size > 0) this.#schedule(entry)
    }
  }

  /**
   * Keeps no token in memory until `keepAgain`. Sessions live on: one that falls due is fetched still, handed to them
   * and dropped.
   */
  keepNone(): void {
    this.#keepsNone = true
    for (const entry of this.#entries.values()) entry.token = null
  }

  /** Keeps tokens again, and renews each that somebody listens for. */
  keepAgain(): void {
    this.#keepsNone = false
    for (const { subject, service } of [...this.#entries.values()]) this.renew(subject, service)
  }

  /** Drops every token and ends every renewal. */
  clear(): void {
    for (const entry of [...this.#entries.values()]) this.#forget(entry)
  }

  #forget(entry: Entry): void {
    this.#stop(entry)
    entry.pending?.abort.abort()
    entry.token = null
    if (this.#entries.get(keyOf(entry.subject, entry.service)) !== entry) return
    this.#entries.delete(keyOf(entry.subject, entry.service))
    // Another service of the same subject may still be renewed with the same credential.
    const subject = keyOf(entry.subject, null)
    const isInUse = [...this.#entries.values()].some((other) => other.listeners.size > 0 && keyOf(other.subject, null) === subject)
    if (!isInUse) this.#options.onIdle?.(entry.subject)
  }

  #entry(subject: TokenSubject, service: Service): Entry {
    const key = keyOf(subject, service)
    const known = this.#entries.get(key)
    if (known) return known
    const entry: Entry = { subject, service, token: null, last: null, pending: null, listeners: new Set(), dueAt: 0, refusal: null, pauseMs: 0, timer: null }
    this.#entries.set(key, entry)
    return entry
  }

  #ask(entry: Entry, purpose: Pending['purpose']): Pending {
    const abort = new AbortController()
    const waiters = new Set<(detail: string) => void>()
    const onWaiting = (detail: string) => waiters.forEach((waiter) => waiter(detail))
    const result = this.#options
      .acquire(entry.subject, entry.service, { purpose: purpose === 'ahead' ? 'renew' : purpose, onWaiting, signal: abort.signal })
      .then((token) => this.#take(entry, token, purpose))
      .finally(() => (entry.pending = null))
    // Whoever asked hears of it; a request that nobody waits for any more fails in silence.
    result.catch(() => {})
    return { purpose, isFresh: purpose === 'renew', result, abort, waiters, askers: 0 }
  }

  /** @throws TenantryError `token-not-renewed` where another token was wanted and the one that we had came again */
  #take(entry: Entry, token: Token, purpose: Pending['purpose']): Token {
    const key = keyOf(entry.subject, entry.service)
    const before = entry.last
    this.#refusedAhead.delete(key)
    const isSameId = token.claims.uti !== undefined && token.claims.uti === this.#newestIds.get(key)
    // A token that a person asks for may end in the same second as the one before.
    const isSameEnd = purpose === 'renew' && before?.exp === token.claims.exp
    if (entry.pending?.isFresh && (isSameId || isSameEnd)) throw failure('token-not-renewed')
    this.#newestIds.set(key, token.claims.uti)
    entry.refusal = null
    const spread = 1 + jitter * (2 * (this.#options.random ?? Math.random)() - 1)
    entry.token = token
    entry.last = { exp: token.claims.exp, lifeMs: token.lifeMs }
    entry.dueAt = token.acquiredAt + Math.max(token.lifeMs * renewAt * spread, shortestWaitMs)
    entry.pauseMs = 0
    if (before) for (const listener of entry.listeners) listener.onRenewed(token)
    if (this.#keepsNone) entry.token = null
    if (entry.listeners.size > 0) this.#schedule(entry)
    return token
  }

  async #renew(entry: Entry): Promise<void> {
    try {
      await (entry.pending ??= this.#ask(entry, 'renew')).result
    } catch (error) {
      this.#onFailed(entry, TenantryError.from(error))
    }
  }

  #onFailed(entry: Entry, error: TenantryError): void {
    if (entry.listeners.size === 0) return
    const lifeMs = entry.last?.lifeMs ?? 0
    if (error.code === 'cancelled') {
      // It waited for somebody else's request, who gave up: nothing is wrong, and the token falls due all the same.
      entry.dueAt = Math.max(entry.dueAt, this.#options.now() + within(firstPause, lifeMs))
      return this.#schedule(entry)
    }
    // A wrong credential does not get better by asking again, and may lock the app out.
    entry.pauseMs = Math.min(entry.pauseMs * 2 || within(firstPause, lifeMs), within(longestPause, lifeMs))
    const retryAt = !error.retryable ? null : this.#options.now() + Math.max(entry.pauseMs, (error.retryAfter ?? 0) * 1000)
    if (retryAt === null) entry.refusal = error
    else entry.dueAt = retryAt
    for (const listener of entry.listeners) listener.onFailed(error, retryAt)
    this.#schedule(entry)
  }

  #schedule(entry: Entry): void {
    this.#stop(entry)
    if (!entry.last || entry.refusal) return
    const wait = entry.dueAt - this.#options.now()
    if (wait <= 0) return void this.#renew(entry)
    entry.timer = setTimeout(() => this.#schedule(entry), Math.min(wait, longestWaitMs))
  }

  #stop(entry: Entry): void {
    if (entry.timer) clearTimeout(entry.timer)
    entry.timer = null
  }
}

/** Where no better token will come, one is used up to its end. */
const usableUntil = ({ refusal, dueAt }: Entry, { acquiredAt, lifeMs }: Token): number => (refusal ? acquiredAt + lifeMs : dueAt)

/** Tells subjects apart; without a service, those of all services together. */
export const keyOf = ({ profileId, tenantId, signInId, clientId, cloud }: TokenSubject, service: Service | null): string =>
  JSON.stringify([profileId, tenantId, signInId, clientId, cloud.id, cloud.loginHost, service, service && cloud.services[service]])

function within({ ofLife, leastMs, mostMs }: typeof firstPause, lifeMs: number): number {
  return Math.min(Math.max(lifeMs * ofLife, leastMs), mostMs)
}
