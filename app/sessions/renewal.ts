import type { Service, SessionView } from '../contract.ts'
import { TenantryError } from '../failures.ts'
import type { AppMessage, ShellMessage } from '../powershell/messages.ts'
import type { Token } from '../tokens/acquire.ts'
import type { TokenBroker, TokenSubject } from '../tokens/broker.ts'
import { clockToleranceMs } from '../tokens/clock.ts'
import { isOfCommand, refusalOf } from './refused-command.ts'

export type RenewalView = NonNullable<SessionView['renewal']>

/** A command that is refused over and over does not ask for a new token each time. */
const refusalPauseMs = 30_000

export interface RenewalOptions {
  tokens: TokenBroker
  subject: TokenSubject
  service: Service
  now: () => number
  send: (message: AppMessage) => void
  onChange: (change: Pick<SessionView, 'tokenExpiresOn' | 'clockSkewSeconds'> & { renewal: RenewalView }) => void
}

/** When a token ends by this computer's clock, milliseconds since the epoch. */
export const endOfToken = (token: Token): number => token.acquiredAt + token.lifeMs

/** How far this computer's clock is from the login service's, in seconds; null where that does not matter. */
function toldSkew({ skewMs }: Token): number | null {
  const distance = Math.abs(skewMs ?? 0)
  return distance > clockToleranceMs ? Math.round(distance / 1000) : null
}

/** Keeps one session's token fresh: hears of the broker's new ones and hands them to the shell. */
export class Renewal {
  readonly #options: RenewalOptions
  readonly #stop: () => void
  /** What the shell has, and what is known of it. Not held: a lock leaves no token in memory. */
  #given: { token: WeakRef<Token>; endsAt: number; skewSeconds: number | null } | null = null
  #isConnected = false
  #askedAt = 0
  #view: RenewalView = { state: 'fresh', renewedAt: null, problem: null, retryAt: null }

  constructor(options: RenewalOptions) {
    this.#options = options
    this.#stop = options.tokens.listen(options.subject, options.service, {
      onRenewed: () => this.#give(),
      onFailed: (failure, retryAt) => this.#onFailed(failure, retryAt)
    })
  }

  /** The shell is being connected with this. */
  begin(token: Token): void {
    this.#given = { token: new WeakRef(token), endsAt: endOfToken(token), skewSeconds: toldSkew(token) }
    this.#say({ state: 'fresh', problem: null, retryAt: null })
  }

  /** The shell is connected, and takes new tokens from now on. */
  connected(): void {
    this.#isConnected = true
    this.#give()
    // What keeps the tokens of an older session from being renewed keeps this one's too.
    const { tokens, subject, service } = this.#options
    const refusal = tokens.refusal(subject, service)
    if (refusal) this.#onFailed(refusal, null)
  }

  /** No connection is left that a token could serve: a command that waits for one waits no longer. */
  isOver(message: string): void {
    this.#options.send({ type: 'renewal-failed', message })
    this.dispose()
  }

  /** What the shell says of a renewal; other messages are not for here. */
  onMessage(message: ShellMessage): void {
    if (message.type === 'renewed') this.#onTaken(message.how)
    if (message.type === 'renewal-refused') this.#onFailed(TenantryError.fromShell(message.message, 'connect'), null)
    if (message.type === 'needs-token') this.#ask()
    if (message.type === 'refused' && !isOfCommand(refusalOf(message.message)) && this.#options.now() - this.#askedAt > refusalPauseMs) this.#ask()
  }

  dispose(): void {
    this.#stop()
  }

  #give(): void {
    const { tokens, subject, service, send } = this.#options
    const token = tokens.current(subject, service)
    if (!this.#isConnected || !token || token === this.#given?.token.deref()) return
    this.#given = { token: new WeakRef(token), endsAt: endOfToken(token), skewSeconds: toldSkew(token) }
    this.#say({ state: 'renewing', problem: null, retryAt: null })
    send({ type: 'token', service, accessToken: token.accessToken, expiresOn: endOfToken(token) })
  }

  #onTaken(how: Extract<ShellMessage, { type: 'renewed' }>['how']): void {
    this.#say(how === 'at-prompt' ? { state: 'at-prompt' } : { state: 'fresh', renewedAt: this.#options.now() })
  }

  #onFailed(failure: TenantryError, retryAt: number | null): void {
    if (!this.#isConnected) return
    // A command that waits for a token waits no longer where none will come.
    if (retryAt === null) this.#options.send({ type: 'renewal-failed', message: failure.message })
    this.#say({ state: retryAt === null ? 'stopped' : 'failing', problem: failure.toFailure(), retryAt })
  }

  #ask(): void {
    this.#askedAt = this.#options.now()
    const { tokens, subject, service } = this.#options
    tokens.renew(subject, service)
  }

  #say(change: Partial<RenewalView>): void {
    this.#view = { ...this.#view, ...change }
    this.#options.onChange({ tokenExpiresOn: this.#given && this.#given.endsAt, clockSkewSeconds: this.#given && this.#given.skewSeconds, renewal: this.#view })
  }
}
