import { tick } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'
import type { Failure, Profile, SessionView } from '../app/contract.ts'
import { failureOf, type Bridge, type LinkState } from './bridge.ts'
import { Broadcast } from './broadcast/broadcast.svelte.ts'
import { Closing } from './closing.svelte.ts'
import { Grids } from './grid/grids.svelte.ts'
import { Machine } from './machine.svelte.ts'
import type { DropPlace } from './panes/dragging.svelte.ts'
import type { Side } from './panes/layout.ts'
import { Tabs } from './panes/tabs.svelte.ts'
import { Profiles } from './profiles/profiles.svelte.ts'
import { Runs } from './runs/runs.svelte.ts'
import { Recency } from './sessions/recency.ts'
import { Sessions } from './sessions/sessions.svelte.ts'
import { Snippets } from './snippets/snippets.svelte.ts'

/** All that the window shows of the main process, kept current by its events, and what a person does with it. */
export class Desk {
  readonly bridge: Bridge
  readonly profiles = new Profiles()
  readonly sessions = new Sessions()
  readonly tabs = new Tabs(this.sessions)
  readonly recency = new Recency()
  readonly snippets: Snippets
  readonly grids: Grids
  readonly runs: Runs
  readonly closing: Closing
  readonly machine: Machine
  readonly broadcast = new Broadcast(
    { byId: (id) => this.sessions.byId(id), title: (session) => this.sessions.title(session), isProduction: (session) => this.isProduction(session) },
    (sentence) => this.tell(sentence)
  )
  link = $state<LinkState>('connecting')
  /** A failure of what was just done that has no better place. */
  problem = $state.raw<Failure | null>(null)
  #failed = $state.raw<{ failure: Failure; profile: Profile | null } | null>(null)
  /** The tenant that the problem is of, where a check may say more. */
  readonly problemOf = $derived(this.#failed?.failure === this.problem ? (this.#failed?.profile ?? null) : null)
  /** Counts the times the main process was reached. */
  arrival = $state(0)
  /** Counts the wishes to type into the active terminal. */
  focusWish = $state(0)
  /** The size that a terminal would have on a place of that size, or on all of a tab's. */
  measure: (place?: { width: number; height: number }) => { cols: number; rows: number } = () => ({ cols: 120, rows: 30 })
  /** Profiles that are being opened, and restored sessions. */
  readonly #opening = new SvelteSet<string>()

  constructor(bridge: Bridge) {
    this.bridge = bridge
    this.snippets = new Snippets(bridge)
    this.grids = new Grids(bridge)
    this.runs = new Runs(bridge)
    this.machine = new Machine(bridge, { attempt: (action) => this.attempt(action), show: (id) => this.show(id) })
    this.closing = new Closing(bridge, this.tabs, (failure) => (this.problem = failure))
    bridge.on('profiles.changed', (news) => {
      this.profiles.take(news)
      this.broadcast.look()
    })
    bridge.on('session.state', (session) => this.#take(session))
    bridge.on('session.removed', ({ id }) => void this.#remove(id))
    bridge.on('session.wanted', ({ id }) => {
      if (this.sessions.all.some((session) => session.id === id)) this.show(id)
    })
    bridge.on('link.opened', () => void this.#takeLink())
    bridge.on('window.replaced', () => (this.link = 'replaced'))
    bridge.onState((state) => {
      this.link = state
      if (state !== 'connected') this.broadcast.stop()
      if (state === 'connected') void this.#load()
    })
  }

  /** Whether a session is of production: as it was opened, or as its profile says now. */
  isProduction({ environment, profileId }: SessionView): boolean {
    return environment === 'production' || this.profiles.byId(profileId)?.environment === 'production'
  }

  /** Brings the profile's session to the front, or opens one for each of its services. */
  async connect(profile: Profile): Promise<void> {
    const open = this.#openOf(profile)
    if (open) return this.show(open.id)
    await this.open(profile)
  }

  /** A session of the profile that is of its tenant still: a profile that was changed to another one has none. */
  #openOf(profile: Profile): SessionView | undefined {
    const ofTenant = this.sessions.ofProfile(profile.id).filter(({ tenant }) => tenant.id === null || tenant.id.toLowerCase() === profile.tenantId?.toLowerCase())
    return ofTenant.find(({ id }) => id === this.sessions.activeId) ?? ofTenant.findLast(({ service }) => service === profile.services[0]) ?? ofTenant.at(-1)
  }

  /** After a profile was saved: its session connects again with what changed, or one is opened. */
  async connectAnew(profile: Profile): Promise<void> {
    const open = this.#openOf(profile)
    if (!open) return this.open(profile)
    this.show(open.id)
    if (open.canReconnect && open.phase !== 'connected') await this.reconnect(open.id)
  }

  /** Opens a session for each service, also where the profile has one; the first one comes to the front. */
  async open(profile: Profile): Promise<void> {
    if (this.#opening.has(profile.id)) return
    this.#opening.add(profile.id)
    await this.attempt(async () => {
      const size = this.measure()
      const opened = await Promise.allSettled(profile.services.map((service) => this.bridge.call('sessions.open', { profileId: profile.id, service, ...size })))
      const sessions = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      for (const session of sessions) if (!this.sessions.byId(session.id)) this.#take(session)
      if (sessions[0]) this.show(sessions[0].id)
      throwFirstFailure(opened)
    }, profile)
    this.#opening.delete(profile.id)
  }

  /** Brings a session to the front and its tenant into the sidebar's light; the keyboard goes with it unless told. */
  show(sessionId: string, { focus = true } = {}): void {
    this.#activate(sessionId)
    if (!focus) return
    this.focusWish++
    void this.connectRestored()
  }

  /** A pane was clicked into, or reached by Tab. */
  noteFocus(sessionId: string): void {
    if (sessionId !== this.sessions.activeId) this.#activate(sessionId)
  }

  #activate(sessionId: string): void {
    this.sessions.activeId = sessionId
    this.tabs.note(sessionId)
    this.recency.note(sessionId)
    this.#selectActive()
  }

  /** Connects what is seen of the tab in front, where it is one of before. Without a PowerShell it could only fail. */
  async connectRestored(): Promise<void> {
    const restored = this.tabs.shown.filter((id) => this.sessions.byId(id)?.phase === 'restored' && !this.#opening.has(id))
    if (restored.length === 0 || this.machine.isPowerShellMissing) return
    for (const id of restored) this.#opening.add(id)
    await this.attempt(async () => {
      const size = restored.length === 1 ? this.measure() : undefined
      const asked = await Promise.allSettled(restored.map(async (id) => this.#take(await this.bridge.call('sessions.connect', { id, ...(size ?? this.measure(this.tabs.sizeOf(id))) }))))
      throwFirstFailure(asked)
    })
    for (const id of restored) this.#opening.delete(id)
  }

  /** Looks at the tab that was used before this one, further back each time until `settleTabs`. */
  walkTabs(step: 1 | -1): void {
    // Of each tab the pane that had the keyboard last stands for it.
    const id = this.recency.walk(step, this.tabs.all.map(({ active }) => active), this.sessions.activeId)
    // A tab in passing is not connected, and does not take the keyboard.
    if (id) this.show(id, { focus: false })
  }

  /** What is in front stays there. */
  settleTabs(): void {
    if (!this.recency.settle(this.sessions.activeId)) return
    this.focusWish++
    void this.connectRestored()
  }

  /** The tab goes. Where the keyboard was on what went, the terminal that comes to the front gets it. */
  async #remove(sessionId: string): Promise<void> {
    const wasActive = this.sessions.activeId === sessionId
    const heir = this.tabs.remove(sessionId)
    this.sessions.remove(sessionId)
    this.broadcast.look()
    if (!wasActive) return
    this.sessions.activeId = heir
    if (heir) this.tabs.note(heir)
    this.#selectActive()
    await tick()
    if (document.activeElement === document.body) this.focusWish++
  }

  #take(session: SessionView): void {
    this.sessions.take(session)
    this.tabs.adopt(session)
    this.broadcast.look()
  }

  /** Lets go what was dragged; what has no room stays where it was, and says so. */
  drop(dragged: { kind: 'pane' | 'tab'; id: string }, place: DropPlace): void {
    if (place.kind === 'tabs' && dragged.kind === 'tab') return this.tabs.moveTab(dragged.id, place.index)
    const active = dragged.kind === 'pane' ? dragged.id : this.tabs.byId(dragged.id)?.active
    if (place.kind === 'tabs') this.tabs.toTab(dragged.id, place.index)
    else this.tell(this.tabs.drop(dragged, place.pane, place.side))
    if (active) this.show(active)
  }

  /** Shows a pane alone, or all of its tab again. */
  zoom(sessionId: string): void {
    this.#activate(sessionId)
    this.tabs.toggleZoom()
    this.show(sessionId)
  }

  /** The sentence on why something was not done; null where it was. */
  tell(sentence: string | null): void {
    this.problem = sentence === null ? null : { code: 'no-room', message: sentence, retryable: false }
  }

  #selectActive(): void {
    const { active } = this.sessions
    if (active && this.profiles.byId(active.profileId)) this.profiles.selectedId = active.profileId
  }

  /** Connects a session anew; a running command (`closing.stop`) asks first, unless `force`. */
  async reconnect(sessionId: string, force = false): Promise<void> {
    const action = async () => {
      this.#take(await this.bridge.call('sessions.reconnect', { id: sessionId, force }))
      this.focusWish++
    }
    await this.attempt(() => this.closing.askBefore({ sessionId, action: 'reconnect' }, action))
  }

  /** Opens a session beside the pane in front: of the same tenant and service, unless another tenant is told. */
  async split(side: Side, other?: Profile): Promise<void> {
    const { active } = this.sessions
    const profile = other ?? this.profiles.byId(active?.profileId ?? '')
    if (!active) return profile && this.open(profile)
    if (!profile) return this.tell('This terminal belongs to no tenant. Choose one to open beside it.')
    const problem = this.tabs.problemOfSplit(active.id, side)
    if (problem) return this.tell(problem)
    const forget = this.tabs.expect(profile.id, active.id, side)
    await this.attempt(async () => {
      const size = this.measure(this.tabs.halfSize(active.id, side === 'left' || side === 'right' ? 'right' : 'down'))
      try {
        const opened = await this.bridge.call('sessions.open', { profileId: profile.id, service: other ? profile.services[0] : active.service, ...size })
        if (!this.sessions.byId(opened.id)) this.#take(opened)
        this.show(opened.id)
      } catch (error) {
        if (!isCancelled(error)) throw error
      }
    })
    forget()
  }

  /** The last command's result as a table, without running it again; why that can't be is shown above the terminal. */
  async showLastResult(sessionId: string): Promise<void> {
    await this.attempt(() => this.bridge.call('grids.showLast', { sessionId }))
  }

  async delete(profile: Profile): Promise<void> {
    await this.attempt(() => this.bridge.call('profiles.delete', { id: profile.id }))
  }

  /** Has the token fetched of a tenant that is likely to be connected in a moment. A main process that is lost is said elsewhere. */
  fetchAhead(profile: Profile): void {
    void this.bridge.call('tokens.fetchAhead', { profileId: profile.id }).catch(() => {})
  }

  async duplicate(profile: Profile): Promise<void> {
    await this.attempt(async () => (this.profiles.selectedId = (await this.bridge.call('profiles.duplicate', { id: profile.id })).id))
  }

  /** Does something whose failure is shown above the terminal; `profile` is the tenant that it is done for. */
  async attempt(action: () => Promise<unknown>, profile: Profile | null = null): Promise<void> {
    try {
      this.problem = null
      await action()
    } catch (error) {
      const failure = failureOf(error)
      this.problem = failure
      this.#failed = { failure, profile }
    }
  }

  async #load(): Promise<void> {
    await this.attempt(async () => {
      // Each is shown as it comes: looking for PowerShell may take longer than the list of tenants.
      const [{ sessions, tabs, activeId }] = await Promise.all([
        this.bridge.call('sessions.list', null),
        this.bridge.call('profiles.list', null).then((profiles) => this.profiles.take(profiles)),
        this.machine.load()
      ])
      this.sessions.replace(sessions, activeId)
      this.tabs.replace(tabs)
      this.arrival++
      this.#selectActive()
      if (this.sessions.active) this.focusWish++
    })
    await this.connectRestored()
    await this.#takeLink()
  }

  /** Opens what a link asked for, where one did. */
  async #takeLink(): Promise<void> {
    try {
      const { profileId } = await this.bridge.call('app.takeLink', null)
      const profile = profileId && this.profiles.byId(profileId)
      if (profile) await this.connect(profile)
    } catch (error) {
      this.problem = failureOf(error)
    }
  }
}

const isCancelled = (error: unknown) => failureOf(error).code === 'cancelled'

/** Throws the first failure of what was asked side by side. What the person would rather not do is none, and keeps nothing else from being done. */
function throwFirstFailure(asked: ReadonlyArray<PromiseSettledResult<unknown>>): void {
  const failed = asked.find((one) => one.status === 'rejected' && !isCancelled(one.reason))
  if (failed?.status === 'rejected') throw failed.reason
}
