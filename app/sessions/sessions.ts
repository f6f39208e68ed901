import { randomBytes, randomUUID } from 'node:crypto'
import { arrange, mapPanes, panesOf, settled, type Tab } from '../arrangement.ts'
import { scrollbackLines, type ByteStream, type Service, type SessionView } from '../contract.ts'
import { failure } from '../failures.ts'
import type { Installation } from '../powershell/install-command.ts'
import type { Token } from '../tokens/acquire.ts'
import { Attention } from './attention.ts'
import { InstallTerminal } from './install-terminal.ts'
import type { Guard } from './guard.ts'
import type { OpenPane, OpenTab, OpenTabs } from './open-tabs.ts'
import type { SessionPlan, SessionServices } from './session-plan.ts'
import { Session } from './session.ts'
import { restoredView } from './session-view.ts'

/** A ticket that nobody used by then opens nothing. */
const ticketLifeMs = 10_000

export interface SessionsEvents {
  onState(view: SessionView): void
  onRemoved(id: string): void
  /** Tabs came, went, or another one is in front. */
  onTabs(tabs: OpenTabs): void
  /** See `Attention`. */
  onUnseen(view: SessionView, sentence: string): void
}

/** The tab of a session that was open when Tenantry ended: it has neither a shell nor a screen until it connects. */
class RestoredTab {
  constructor(readonly view: SessionView) {}
}

/** All open sessions, and the tickets by which a window attaches to their streams. */
export class Sessions {
  /** In the order in which they were opened. */
  readonly #sessions = new Map<string, Session | InstallTerminal | RestoredTab>()
  /** As the window arranged them; what came or went since is not in them. */
  #tabs: Tab[] = []
  #activeId: string | null = null
  /** Those that are seen beside the active one. */
  #beside: readonly string[] = []
  #isFocused = false
  #scrollback = scrollbackLines
  readonly #tickets = new Map<string, { sessionId: string; timer: NodeJS.Timeout }>()
  readonly #services: Omit<SessionServices, 'onChange'>
  readonly #events: SessionsEvents
  readonly #attention: Attention

  constructor(services: Omit<SessionServices, 'onChange'>, events: SessionsEvents) {
    this.#services = services
    this.#events = events
    this.#attention = new Attention({
      now: services.adapters.now,
      longCommandMs: services.longCommandMs,
      isSeen: (id) => this.#isFocused && (id === this.#activeId || this.#beside.includes(id)),
      onUnseen: (view, sentence) => events.onUnseen(view, sentence)
    })
  }

  list(): SessionView[] {
    return [...this.#sessions.values()].map((session) => this.#attention.mark(session.view))
  }

  /** The tabs, in which every session has its pane. */
  tabs(): Tab[] {
    return (this.#tabs = arrange(this.#tabs, [...this.#sessions.keys()], randomUUID))
  }

  /** Keeps how the window's tabs stand; of panes that are of no session it hears no more. */
  arrange(tabs: readonly Tab[]): void {
    this.#tabs = [...tabs]
    this.#tellTabs()
  }

  /** Opens a session and starts connecting it; what fails becomes its state. Throws `profile-not-found`. */
  open(profileId: string, service: Service | undefined, size: { cols: number; rows: number }): SessionView {
    return this.#open(randomUUID(), profileId, service, size)
  }

  /** Shows tabs of before, which connect when they are opened. What has no profile or no such service any more is left out. */
  restore({ tabs, active }: OpenTabs): void {
    for (const [index, { layout, active: activePane, ...tab }] of tabs.entries()) {
      const ids = panesOf(layout).map((pane) => this.#restore(pane))
      let next = 0
      const found = mapPanes(layout, () => ids[next++] ?? null)
      if (!found) continue
      const restored = settled({ ...tab, id: randomUUID(), active: ids[activePane] ?? '', layout: found })
      this.#tabs.push(restored)
      if (index === active) this.#activeId = restored.active
    }
  }

  /** Shows one session of before; null where it has no profile or no such service any more. */
  #restore({ profileId, service }: OpenPane): string | null {
    const plan = this.#planOrNull(profileId)
    if (!plan?.profile.services.includes(service)) return null
    const id = randomUUID()
    this.#sessions.set(id, new RestoredTab(restoredView(id, plan, service, this.#services.adapters.now())))
    return id
  }

  /** Connects a restored session, whose tab it stays; any other one is left as it is. Throws `session-not-found`, `profile-not-found`. */
  connect(id: string, size: { cols: number; rows: number }): SessionView {
    const tab = this.#sessions.get(id)
    return tab instanceof RestoredTab ? this.#open(id, tab.view.profileId, tab.view.service, size) : this.#get(id).view
  }

  /** The view of a session that did not connect yet; null of any other one. */
  restored(id: string): SessionView | null {
    const tab = this.#sessions.get(id)
    return tab instanceof RestoredTab ? tab.view : null
  }

  /** Forgets the restored tabs of a profile. */
  forgetRestored(profileId: string): void {
    for (const [id, tab] of this.#sessions) if (tab instanceof RestoredTab && tab.view.profileId === profileId) this.#remove(id)
  }

  /** The session that the window has in front. */
  get activeId(): string | null {
    return this.#activeId !== null && this.#sessions.has(this.#activeId) ? this.#activeId : null
  }

  /** Which session is in front, and whether somebody works there. */
  look(id: string | null, isFocused: boolean, beside: readonly string[] = []): void {
    const isOther = id !== this.#activeId
    this.#activeId = id
    this.#beside = beside
    this.#isFocused = isFocused
    if (isOther) this.#tellTabs()
    for (const seen of isFocused ? [id ?? '', ...beside] : []) {
      const session = this.#sessions.get(seen)
      if (session && this.#attention.see(seen)) this.#events.onState(this.#attention.mark(session.view))
    }
  }

  /** Lines above the screen that each session keeps, those that are open among them. */
  setScrollback(lines: number): void {
    this.#scrollback = lines
    this.#shareScrollback()
  }

  #shareScrollback(): void {
    const screens = [...this.#sessions.values()].flatMap((session) => (session instanceof RestoredTab ? [] : [session.output.screen]))
    for (const screen of screens) screen.setScrollback(this.#scrollback, screens.length)
  }

  /** Tells the shells that whether lines are read for a screen reader has changed. */
  screenReaderChanged(): void {
    for (const session of this.#sessions.values()) if (session instanceof Session) session.screenReaderChanged()
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

  /** The questions of a session before data is changed; null where nobody is asked. Throws `session-not-found`. */
  guard(id: string): Guard | null {
    const session = this.#get(id)
    return session instanceof Session ? session.guard : null
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
    if (!session || session instanceof RestoredTab) return false
    session.attach(stream)
    return true
  }

  detach(id: string): void {
    this.#get(id).output.detach()
  }

  /** Detaches every window and takes its tickets back, so that sessions acknowledge their own output. */
  detachAll(): void {
    for (const { timer } of this.#tickets.values()) clearTimeout(timer)
    this.#tickets.clear()
    for (const session of this.#sessions.values()) if (!(session instanceof RestoredTab)) session.output.detach()
  }

  resize(id: string, cols: number, rows: number): void {
    this.#get(id).resize(cols, rows)
  }

  /** Throws `session-busy` where a command runs that this would end and `force` is not said. */
  reconnect(id: string, force: boolean): SessionView {
    const session = this.#get(id)
    const { busy, canReconnect, name } = session.view
    if (busy && canReconnect && !force) throw failure('session-busy', { name })
    void session.reconnect()
    return session.view
  }

  /** The lines that a session's terminal keeps, once it shows all that came so far, and its name. Throws `session-not-found`. */
  async scrollback(id: string): Promise<{ name: string; lines: string[] }> {
    const { view, output } = this.#get(id)
    await output.screen.allParsed()
    return { name: view.name, lines: output.screen.lines() }
  }

  /** Where a session's transcript is; null where there is none. Throws `session-not-found`. */
  transcript(id: string): string | null {
    return this.#get(id).view.transcript?.path ?? null
  }

  /** Throws `session-not-found`, `result-…`; see `Session.showLastResult`. */
  async showLastResult(id: string): Promise<void> {
    const session = this.#get(id)
    if (!(session instanceof Session)) throw failure('result-nothing')
    await session.showLastResult()
  }

  /** Types a text at a session's prompt. Throws `session-not-found`, `prompt-…`, `snippet-syntax`. */
  async put(id: string, text: string, how: { isRun: boolean }): Promise<void> {
    const session = this.#get(id)
    if (!(session instanceof Session)) throw failure('prompt-missing', { name: session.view.name })
    await session.put(text, how)
  }

  /** Throws `session-busy` where a command runs and `force` is not said. */
  async close(id: string, force: boolean): Promise<void> {
    if (this.restored(id)) return this.#remove(id)
    const session = this.#get(id)
    if (session.view.busy && !force) throw failure('session-busy', { name: session.view.name })
    this.#sessions.delete(id)
    this.#attention.forget(id)
    this.#tellTabs()
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
    await Promise.all(open.map((session) => !(session instanceof RestoredTab) && session.close()))
    this.#regulateAwake()
  }

  #open(id: string, profileId: string, service: Service | undefined, size: { cols: number; rows: number }): SessionView {
    const plan = this.#services.plan(profileId)
    const session = new Session(id, plan, service ?? plan.profile.services[0]!, size, {
      ...this.#services,
      onChange: (view) => this.#onChange(view)
    })
    this.#add(session)
    void session.start()
    return session.view
  }

  #planOrNull(profileId: string): SessionPlan | null {
    try {
      return this.#services.plan(profileId)
    } catch {
      return null
    }
  }

  /** A session that was restored keeps its place among the tabs. */
  #add(session: Session | InstallTerminal): void {
    this.#sessions.set(session.id, session)
    this.#shareScrollback()
    session.output.onTyped(() => {
      for (const other of this.#sessions.values()) if (other !== session && !(other instanceof RestoredTab)) other.output.giveWay()
    })
    this.#tellTabs()
  }

  #remove(id: string): void {
    this.#sessions.delete(id)
    this.#shareScrollback()
    this.#events.onRemoved(id)
    this.#tellTabs()
  }

  #tellTabs(): void {
    const kept = arrange(this.#tabs, [...this.#sessions].flatMap(([id, session]) => (session instanceof InstallTerminal ? [] : [id])), randomUUID)
    const active = kept.findIndex(({ layout }) => this.activeId !== null && panesOf(layout).includes(this.activeId))
    this.#events.onTabs({ tabs: kept.map((tab) => this.#openTab(tab)), active: active < 0 ? null : active })
  }

  #openTab({ name, isPinned, isZoomed, active, layout }: Tab): OpenTab {
    const pane = (id: string): OpenPane => {
      const { profileId, service } = this.#sessions.get(id)!.view
      return { profileId, service }
    }
    return { name, isPinned, isZoomed, active: panesOf(layout).indexOf(active), layout: mapPanes(layout, pane)! }
  }

  #onChange(view: SessionView): void {
    this.#events.onState(this.#attention.take(view))
    this.#regulateAwake()
  }

  /** A machine that sleeps while a command runs loses it. */
  #regulateAwake(): void {
    this.#services.keepAwake(this.list().some((view) => view.busy))
  }

  #get(id: string): Session | InstallTerminal {
    const session = this.#sessions.get(id)
    if (!session || session instanceof RestoredTab) throw failure('session-not-found')
    return session
  }
}
