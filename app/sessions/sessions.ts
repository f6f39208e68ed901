import { randomBytes, randomUUID } from 'node:crypto'
import type { ByteStream, Service, SessionView } from '../contract.ts'
import { TenantryError } from '../failures.ts'
import type { Installation } from '../powershell/install-command.ts'
import type { Token } from '../tokens/acquire.ts'
import { InstallTerminal } from './install-terminal.ts'
import type { SessionPlan, SessionServices } from './session-plan.ts'
import { Session } from './session.ts'

/** A ticket that nobody used by then opens nothing. */
const ticketLifeMs = 10_000

export interface SessionsEvents {
  onState(view: SessionView): void
  onRemoved(id: string): void
}

/** All open sessions, and the tickets by which a window attaches to their streams. */
export class Sessions {
  readonly #sessions = new Map<string, Session | InstallTerminal>()
  readonly #tickets = new Map<string, { sessionId: string; timer: NodeJS.Timeout }>()
  readonly #services: Omit<SessionServices, 'onChange'>
  readonly #events: SessionsEvents

  constructor(services: Omit<SessionServices, 'onChange'>, events: SessionsEvents) {
    this.#services = services
    this.#events = events
  }

  list(): SessionView[] {
    return [...this.#sessions.values()].map((session) => session.view)
  }

  /** Opens a session and starts connecting it; what fails becomes its state. Throws `profile-not-found`. */
  open(profileId: string, service: Service | undefined, size: { cols: number; rows: number }): SessionView {
    const plan = this.#services.plan(profileId)
    const session = new Session(randomUUID(), plan, service ?? plan.profile.services[0]!, size, {
      ...this.#services,
      onChange: (view) => this.#onChange(view)
    })
    this.#add(session)
    void session.start()
    return session.view
  }

  /** Opens a terminal in which something is installed; `onEnded` is told when what ran there has ended. */
  openInstallTerminal(installation: Installation, onEnded: () => void = () => {}): string {
    const size = { cols: 100, rows: 30 }
    const terminal = new InstallTerminal(randomUUID(), installation, size, this.#services.adapters, { onChange: (view) => this.#onChange(view), onEnded })
    this.#add(terminal)
    this.#onChange(terminal.view)
    return terminal.id
  }

  /** A session with what its shell was started by, and its tokens; null where it has none. Throws `session-not-found`. */
  inUse(id: string): { view: SessionView; plan: SessionPlan; token(service: Service): Token | null } | null {
    const session = this.#get(id)
    return session instanceof Session && session.plan ? { view: session.view, plan: session.plan, token: (service) => session.token(service) } : null
  }

  ticket(id: string): string {
    this.#get(id)
    const ticket = randomBytes(24).toString('base64url')
    const timer = setTimeout(() => this.#tickets.delete(ticket), ticketLifeMs)
    this.#tickets.set(ticket, { sessionId: id, timer })
    return ticket
  }

  /** Attaches a stream by its ticket; false where the ticket is unknown, used or too old. */
  openStream(ticket: string, stream: ByteStream): boolean {
    const entry = this.#tickets.get(ticket)
    if (!entry) return false
    clearTimeout(entry.timer)
    this.#tickets.delete(ticket)
    const session = this.#sessions.get(entry.sessionId)
    session?.attach(stream)
    return session !== undefined
  }

  detach(id: string): void {
    this.#get(id).output.detach()
  }

  /** Detaches every window and takes its tickets back, so that sessions acknowledge their own output. */
  detachAll(): void {
    for (const { timer } of this.#tickets.values()) clearTimeout(timer)
    this.#tickets.clear()
    for (const session of this.#sessions.values()) session.output.detach()
  }

  resize(id: string, cols: number, rows: number): void {
    this.#get(id).resize(cols, rows)
  }

  reconnect(id: string): SessionView {
    const session = this.#get(id)
    void session.reconnect()
    return session.view
  }

  /** Throws `session-busy` where a command runs and `force` is not said. */
  async close(id: string, force: boolean): Promise<void> {
    const session = this.#get(id)
    if (session.view.busy && !force) throw new TenantryError('session-busy', { name: session.view.name })
    this.#sessions.delete(id)
    try {
      await session.close()
    } finally {
      this.#events.onRemoved(id)
      this.#regulateAwake()
    }
  }

  async dispose(): Promise<void> {
    for (const { timer } of this.#tickets.values()) clearTimeout(timer)
    this.#tickets.clear()
    const open = [...this.#sessions.values()]
    this.#sessions.clear()
    await Promise.all(open.map((session) => session.close()))
    this.#regulateAwake()
  }

  #add(session: Session | InstallTerminal): void {
    this.#sessions.set(session.id, session)
    session.output.onTyped(() => {
      for (const other of this.#sessions.values()) if (other !== session) other.output.giveWay()
    })
  }

  #onChange(view: SessionView): void {
    this.#events.onState(view)
    this.#regulateAwake()
  }

  /** A machine that sleeps while a command runs loses it. */
  #regulateAwake(): void {
    this.#services.adapters.host.keepAwake(this.list().some((view) => view.busy))
  }

  #get(id: string): Session | InstallTerminal {
    const session = this.#sessions.get(id)
    if (!session) throw new TenantryError('session-not-found')
    return session
  }
}
