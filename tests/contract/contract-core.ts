import type { IPty } from 'node-pty'
import type { Adapters } from '../../app/adapters.ts'
import { calls, type ByteStream, type CallName, type CallOutput } from '../../app/contract.ts'
import type { Core } from '../../app/core.ts'
import { createDispatcher, createEvents, type Handlers } from '../../app/dispatcher.ts'
import { TokenBroker } from '../../app/tokens/broker.ts'
import { Sessions } from '../../app/sessions/sessions.ts'
import { callSamples } from './samples.ts'

type Answer = (input: never) => unknown

/**
 * A core of the product's own dispatcher, events and sessions, whose handlers and whose pty are the test's: what a
 * transport carries can be seen on this side of it.
 */
export class ContractCore implements Core {
  /** What handlers were called with. */
  readonly handled: Array<{ call: string; input: unknown }> = []
  readonly log: string[] = []
  /** Frames that the sessions sent and took, and how many of their streams were closed. */
  readonly sent: Uint8Array[] = []
  readonly taken: Uint8Array[] = []
  streamsClosed = 0
  greetings = 0
  readonly links: string[] = []
  readonly pty = new PlayedPty()
  readonly #answers = new Map<string, Answer>()
  readonly #note = (line: string) => void this.log.push(line)
  readonly #events = createEvents(this.#note)
  readonly #sessions: Sessions
  readonly emit = this.#events.emit
  readonly onEvent = this.#events.onEvent
  readonly dispatch = createDispatcher(this.#handlers(), this.#note)

  constructor() {
    const adapters = {
      platform: 'linux', env: {}, now: Date.now, host: { keepAwake() {} }, spawn: { pty: () => this.pty }
    } as unknown as Adapters
    const refuse = () => Promise.reject(new Error('no session here'))
    const plan = () => {
      throw new Error('no session here')
    }
    this.#sessions = new Sessions({ adapters, plan, powershell: refuse, tokens: new TokenBroker({ now: Date.now, acquire: refuse }), warmShells: null, prove: refuse, keepAwake() {}, screenReader: () => false, guardPauseMinutes: () => 10, logCommand: refuse, longCommandMs: () => null, transcriptFolder: () => ({ path: '/nowhere', isOwn: false }), offerGrid: refuse }, { onState() {}, onRemoved() {}, onTabs() {}, onUnseen() {} })
  }

  /** Answers a call in the place of its sample. */
  answer<N extends CallName>(call: N, answer: (...input: Parameters<Handlers[N]>) => unknown): void {
    this.#answers.set(call, answer as unknown as Answer)
  }

  /** Opens a terminal on the played pty; its calls are the product's from then on. Answers its id. */
  openTerminal(): string {
    this.answer('sessions.attach', ({ id }) => ({ ticket: this.#sessions.ticket(id) }))
    this.answer('sessions.detach', ({ id }) => this.#sessions.detach(id))
    return this.#sessions.openInstallTerminal({ name: 'Install PowerShell', command: 'true' })
  }

  openStream(ticket: string, stream: ByteStream): boolean {
    return this.#sessions.openStream(ticket, this.#watched(stream))
  }

  wake(): void {}

  lock(): void {}

  async updateAtQuit(): Promise<null> {
    return null
  }

  leave(): void {}

  openLink(profileId: string): void {
    this.links.push(profileId)
  }

  liveSessions(): [] {
    return []
  }

  liveRuns(): [] {
    return []
  }

  waitingShells(): [] {
    return []
  }

  recentTenants(): [] {
    return []
  }

  choose(): void {}

  theme() {
    return 'system' as const
  }

  keys(): Record<string, string[]> {
    return {}
  }

  greet(): void {
    this.greetings++
  }

  isWaiting(): boolean {
    return false
  }

  async dispose(): Promise<void> {
    this.pty.exit()
    await this.#sessions.dispose()
    this.#events.clear()
  }

  #watched(stream: ByteStream): ByteStream {
    return {
      send: (frame) => {
        this.sent.push(Uint8Array.from(frame))
        stream.send(frame)
      },
      onFrame: (listener) =>
        stream.onFrame((frame) => {
          this.taken.push(Uint8Array.from(frame))
          listener(frame)
        }),
      onClose: (listener) =>
        stream.onClose(() => {
          this.streamsClosed++
          listener()
        }),
      close: () => stream.close()
    }
  }

  #handlers(): Handlers {
    const names = Object.keys(calls) as CallName[]
    const handler = (call: CallName) => (input: unknown) => {
      this.handled.push({ call, input })
      const answer = this.#answers.get(call)
      return (answer ? answer(input as never) : callSamples[call].output) as CallOutput<CallName>
    }
    return Object.fromEntries(names.map((name) => [name, handler(name)])) as unknown as Handlers
  }
}

/** A pty without a process: it prints what a test says and keeps what is typed. */
export class PlayedPty implements IPty {
  readonly pid = -1
  readonly cols = 100
  readonly rows = 30
  readonly process = 'played'
  handleFlowControl = false
  isPaused = false
  readonly typed: Buffer[] = []
  #onData: (data: string) => void = () => {}
  #onExit: (event: { exitCode: number }) => void = () => {}

  print(bytes: Uint8Array): void {
    // With `encoding: null` node-pty gives bytes, whatever its type says.
    this.#onData(bytes as unknown as string)
  }
  exit(): void {
    this.#onExit({ exitCode: 0 })
  }
  onData(listener: (data: string) => void) {
    this.#onData = listener
    return { dispose() {} }
  }
  onExit(listener: (event: { exitCode: number; signal?: number }) => void) {
    this.#onExit = listener
    return { dispose() {} }
  }
  write(data: string | Buffer): void {
    this.typed.push(Buffer.from(data as Buffer))
  }
  pause(): void {
    this.isPaused = true
  }
  resume(): void {
    this.isPaused = false
  }
  resize(): void {}
  clear(): void {}
  kill(): void {}
}
