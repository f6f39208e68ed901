import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import type { Adapters } from '../adapters.ts'
import type { Service } from '../contract.ts'
import { TenantryError } from '../failures.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import type { ShellMessage, WarmMessage } from '../powershell/messages.ts'
import type { Hello } from '../powershell/shell-link.ts'
import { serviceTable } from '../tokens/services.ts'
import { homeOf } from './attempt.ts'
import { connectWith, moduleOf } from './connect-parameters.ts'
import { Output } from './output.ts'
import { remoteOf } from './remote-powershell.ts'
import type { SessionPlan } from './session-plan.ts'
import { Shell } from './shell.ts'

/** From the last use of a session or shell until a shell is started for later: what a person just asked for goes first. */
export const quietMs = 3_000
/** A battery, memory and what is used most change without a word. */
const lookAgainMs = 60_000
/** How long a shell may take until it waits; a machine that is that slow has nothing to spare. */
const warmDeadlineMs = 60_000
/** After so many shells in a row that never came to wait, none is started until something is said to be new. */
const failuresBeforeGivingUp = 3
/** The size of a terminal that nobody looks at; a session gives its own. */
const size = { cols: 120, rows: 30 }
/** Port 1 of the loopback: nothing listens there on any system of ours, and it takes administrator rights to. */
const nowhere = 'https://127.0.0.1:1'

/** A shell that waits for a session, and what it said of itself. */
export interface WarmShell {
  shell: Shell
  hello: Hello
  /** What it prints on while it waits; whoever takes the shell disposes of it. */
  output: Output
}

/** What a shell is made ready for: profiles with the same PowerShell and module share it. */
interface Kind {
  key: string
  powershell: FoundPowerShell
  module: WarmMessage['module']
  /** One that wants it. */
  plan: SessionPlan
  service: Service
}

export interface WarmShellsOptions {
  adapters: Adapters
  powershell(): Promise<FoundPowerShell>
  /** Whose shells are wanted, the most used first. */
  wanted(): Array<{ plan: SessionPlan; service: Service }>
  /** How many wait at most. */
  count(): number
  /** A session starts: its shell goes first. */
  isBusy(): boolean
  log(line: string): void
}

/**
 * PowerShell processes that are started beforehand, with their module imported and the way to a connection compiled
 * (see `WarmShell.ps1`), so that a click has less to wait for. They know no tenant and hold no token until a session takes
 * one over, and each is taken once. The machine's battery and memory come first.
 */
export class WarmShells {
  readonly #options: WarmShellsOptions
  readonly #waiting: Array<WarmShell & { kind: Kind }> = []
  #starting: Shell | null = null
  #timer: NodeJS.Timeout | null = null
  #isDisposed = false
  #failures = 0
  /** How often what shells are made of was said to be new: one that was begun before is not wanted. */
  #clearings = 0
  readonly #endings = new Set<Promise<void>>()
  readonly #told = new Set<string>()

  constructor(options: WarmShellsOptions) {
    this.#options = options
    this.refill()
  }

  /** Process ids of what waits. */
  get pids(): number[] {
    return this.#waiting.flatMap(({ shell }) => shell.pid ?? [])
  }

  /** A shell for a session of this plan, which is the caller's from then on; null where none waits. */
  take(plan: SessionPlan, service: Service, powershell: FoundPowerShell): WarmShell | null {
    this.refill()
    const kind = kindOf(plan, service, powershell)
    const { workingFolder } = plan.profile
    if (!kind || (workingFolder && !statSync(workingFolder, { throwIfNoEntry: false })?.isDirectory())) return null
    const waiting = this.#waiting.find((one) => one.kind.key === kind.key)
    if (!waiting) return null
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
    return waiting
  }

  /** Looks after a while whether shells are missing, or not wanted any more. Each call puts it off. */
  refill(): void {
    this.#lookIn(quietMs)
  }

  /** Ends the shells that wait, or will: what they are made of is new. Whoever failed with the old one tries again. */
  clear(): void {
    this.#clearings++
    this.#failures = 0
    for (const waiting of this.#waiting.splice(0)) this.#end(waiting.shell, waiting.output)
    if (this.#starting) this.#end(this.#starting, null)
    this.refill()
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    if (this.#timer) clearTimeout(this.#timer)
    this.clear()
    await Promise.all(this.#endings)
  }

  #lookIn(ms: number): void {
    if (this.#isDisposed || this.#options.adapters.spare === undefined) return
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#refill(), ms)
    this.#timer.unref()
  }

  async #refill(): Promise<void> {
    this.#timer = null
    if (this.#isDisposed || this.#starting) return
    if (this.#options.isBusy()) return this.refill()
    const clearing = this.#clearings
    const isWanted = () => !this.#isDisposed && clearing === this.#clearings
    const kinds = await this.#wantedKinds()
    if (!isWanted() || this.#starting) return
    const keys = new Set(kinds.map(({ key }) => key))
    for (const waiting of [...this.#waiting]) {
      if (keys.has(waiting.kind.key) && this.#waiting.length <= kinds.length) continue
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      this.#end(waiting.shell, waiting.output)
    }
    const missing = missingOf(kinds, this.#waiting.map(({ kind }) => kind.key))
    if (!missing || this.#failures >= failuresBeforeGivingUp) return this.#lookIn(lookAgainMs)
    const isReady = await this.#start(missing, isWanted)
    if (isWanted()) this.#failures = isReady ? 0 : this.#failures + 1
    this.refill()
  }

  /** One per shell that should wait: of the kinds of the most used profiles, then once more from the first on. */
  async #wantedKinds(): Promise<Kind[]> {
    const { adapters, count, powershell, wanted } = this.#options
    if (count() === 0 || !adapters.spare?.()) return []
    const found = await powershell().catch(() => null)
    if (!found) return []
    const kinds = new Map<string, Kind>()
    for (const { plan, service } of wanted()) {
      const kind = kindOf(plan, service, found)
      if (kind) kinds.set(kind.key, kinds.get(kind.key) ?? kind)
    }
    const unique = [...kinds.values()].slice(0, count())
    return unique.length === 0 ? [] : Array.from({ length: count() }, (_, index) => unique[index % unique.length]!)
  }

  /** Starts a shell and waits until it is ready; false where it never was, or is not wanted any more. */
  async #start(kind: Kind, isWanted: () => boolean): Promise<boolean> {
    const { adapters, log } = this.#options
    const output = new Output(size.cols, size.rows)
    let shell: Shell | null = null
    let hello: Hello | null = null
    const problem = await new Promise<string | null>((resolve) => {
      const deadline = setTimeout(() => settle(`not ready after ${warmDeadlineMs / 1000} s`), warmDeadlineMs)
      const settle = (reason: string | null) => {
        clearTimeout(deadline)
        resolve(reason)
      }
      const hears = {
        onHello: (said: Hello) => {
          hello = said
          shell?.send({ type: 'warm', module: kind.module, connect: failingConnect(kind.plan, kind.service), temporaryFolder: shell.folder })
        },
        onMessage: (message: ShellMessage) => {
          if (message.type !== 'warmed') return
          this.#tellOnce(message.refusal)
          settle(message.problem)
        },
        onBroken: (reason: string) => settle(reason),
        onExit: () => settle('PowerShell ended')
      }
      Shell.open(`warm-${randomUUID().slice(0, 8)}`, adapters, hears).then((opened) => {
        shell = this.#starting = opened
        if (!isWanted()) return settle('it is not wanted any more')
        opened.spawn({ powershell: kind.powershell, workingFolder: homeOf(adapters.env), loadPowerShellProfile: false, ...size })
        opened.show(output)
      }).catch((error: unknown) => settle(TenantryError.from(error).message))
    })
    this.#starting = null
    if (!shell || !hello || problem !== null || !isWanted()) {
      if (shell) this.#end(shell, output)
      else output.dispose()
      if (isWanted()) log(`a shell could not be made ready (${problem})`)
      return false
    }
    this.#await({ shell, hello, kind, output })
    return true
  }

  /** How the connect that is to fail did so: said once, for whoever wonders why a shell that waited is slow. */
  #tellOnce(refusal: string | null): void {
    if (!refusal || this.#told.has(refusal)) return
    this.#told.add(refusal)
    this.#options.log(`the rehearsal of a connect ended with “${refusal}”`)
  }

  #await(waiting: WarmShell & { kind: Kind }): void {
    const drop = () => {
      const index = this.#waiting.indexOf(waiting)
      if (index < 0) return
      this.#waiting.splice(index, 1)
      this.#end(waiting.shell, waiting.output)
      this.refill()
    }
    waiting.shell.handOver({ onHello: () => {}, onMessage: () => {}, onBroken: drop, onExit: drop })
    this.#waiting.push(waiting)
  }

  #end(shell: Shell, output: Output | null): void {
    const ending: Promise<void> = shell.end({ goodbye: false }).catch(() => {}).then(() => {
      output?.dispose()
      this.#endings.delete(ending)
    })
    this.#endings.add(ending)
  }
}

/** Null where a shell can't be made ready beforehand: a profile script of the person's own belongs to its session. */
function kindOf(plan: SessionPlan, service: Service, powershell: FoundPowerShell): Kind | null {
  if (plan.profile.loadPowerShellProfile || remoteOf(plan.profile, service)) return null
  const module = moduleOf(plan, service)
  return { key: JSON.stringify([powershell.path, powershell.version, module]), powershell, module, plan, service }
}

/**
 * A connect that fails: what it compiles on its way is what a real one needs. It names no tenant, goes to a closed port of
 * this machine, and its token is made up.
 */
function failingConnect(plan: SessionPlan, service: Service): WarmMessage['connect'] {
  if (serviceTable[service].family !== 'exchange') return null
  const { command, parameters } = connectWith(plan, service, 'warm.invalid', undefined)
  return { command, parameters: { ...parameters, ConnectionUri: nowhere, AzureADAuthorizationEndpointUri: `${nowhere}/organizations` }, accessToken: madeUpToken() }
}

/** Of the form of a token, unsigned, and of no tenant. */
function madeUpToken(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const nobody = '00000000-0000-0000-0000-000000000000'
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ aud: nowhere, tid: nobody, appid: nobody, iat: now, nbf: now, exp: now + 3600 })}.none`
}

/** The first kind that more shells are wanted of than wait. */
function missingOf(kinds: Kind[], waiting: string[]): Kind | null {
  const left = [...waiting]
  for (const kind of kinds) {
    const index = left.indexOf(kind.key)
    if (index < 0) return kind
    left.splice(index, 1)
  }
  return null
}

