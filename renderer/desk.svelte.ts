import { tick } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'
import type { AppState, Failure, Profile, Service, SessionView, UpdateState } from '../app/contract.ts'
import { failureOf, type Bridge, type LinkState } from './bridge.ts'
import { Profiles } from './profiles/profiles.svelte.ts'
import { Recency } from './sessions/recency.ts'
import { Sessions } from './sessions/sessions.svelte.ts'

/** All that the window shows of the main process, kept current by its events, and what a person does with it. */
export class Desk {
  readonly bridge: Bridge
  readonly profiles = new Profiles()
  readonly sessions = new Sessions()
  readonly recency = new Recency()
  link = $state<LinkState>('connecting')
  app = $state.raw<AppState | null>(null)
  updates = $state.raw<UpdateState | null>(null)
  /** A failure of what was just done that has no better place. */
  problem = $state.raw<Failure | null>(null)
  /** The session with a running command whose close waits for a yes. */
  closingBusyId = $state<string | null>(null)
  /** Counts the times the main process was reached. */
  arrival = $state(0)
  /** Counts the wishes to type into the active terminal. */
  focusWish = $state(0)
  /** The size a new session's terminal would have. */
  measure: () => { cols: number; rows: number } = () => ({ cols: 120, rows: 30 })
  /** Profiles that are being opened, and restored sessions. */
  readonly #opening = new SvelteSet<string>()

  constructor(bridge: Bridge) {
    this.bridge = bridge
    bridge.on('app.changed', (app) => (this.app = app))
    bridge.on('updates.changed', (updates) => (this.updates = updates))
    bridge.on('profiles.changed', (news) => this.profiles.take(news))
    bridge.on('session.state', (session) => this.sessions.take(session))
    bridge.on('session.removed', ({ id }) => void this.#remove(id))
    bridge.on('session.wanted', ({ id }) => {
      if (this.sessions.all.some((session) => session.id === id)) this.show(id)
    })
    bridge.on('link.opened', () => void this.#takeLink())
    bridge.on('window.replaced', () => (this.link = 'replaced'))
    bridge.onState((state) => {
      this.link = state
      if (state === 'connected') void this.#load()
    })
  }

  get isPowerShellMissing(): boolean {
    return Boolean(this.app?.powershellProblem) && !this.app?.powershell
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
      for (const session of sessions) if (!this.sessions.all.some(({ id }) => id === session.id)) this.sessions.take(session)
      if (sessions[0]) this.show(sessions[0].id)
      // One that the person would rather not open keeps no other from opening.
      const problem = opened.find((one) => one.status === 'rejected' && failureOf(one.reason).code !== 'cancelled')
      if (problem?.status === 'rejected') throw problem.reason
    })
    this.#opening.delete(profile.id)
  }

  /** Brings a session to the front and its tenant into the sidebar's light; the keyboard goes with it unless told. */
  show(sessionId: string, { focus = true } = {}): void {
    this.sessions.activeId = sessionId
    this.recency.note(sessionId)
    this.#selectActive()
    if (!focus) return
    this.focusWish++
    void this.connectRestored()
  }

  /** Connects the session in front, where its tab is one of before. Without a PowerShell it could only fail. */
  async connectRestored(): Promise<void> {
    const { active } = this.sessions
    if (active?.phase !== 'restored' || this.#opening.has(active.id) || this.isPowerShellMissing) return
    this.#opening.add(active.id)
    await this.attempt(async () => {
      try {
        this.sessions.take(await this.bridge.call('sessions.connect', { id: active.id, ...this.measure() }))
      } catch (error) {
        if (failureOf(error).code !== 'cancelled') throw error
      }
    })
    this.#opening.delete(active.id)
  }

  /** Looks at the tab that was used before this one, further back each time until `settleTabs`. */
  walkTabs(step: 1 | -1): void {
    const id = this.recency.walk(step, this.sessions.all.map((session) => session.id), this.sessions.activeId)
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
    this.sessions.remove(sessionId)
    if (!wasActive) return
    this.#selectActive()
    await tick()
    if (document.activeElement === document.body) this.focusWish++
  }

  #selectActive(): void {
    const { active } = this.sessions
    if (active && this.profiles.byId(active.profileId)) this.profiles.selectedId = active.profileId
  }

  async reconnect(sessionId: string): Promise<void> {
    await this.attempt(async () => this.sessions.take(await this.bridge.call('sessions.reconnect', { id: sessionId })))
    this.focusWish++
  }

  /** Closes; a running command asks first (`closingBusyId`), unless `force`. */
  async close(sessionId: string, force = false): Promise<void> {
    this.closingBusyId = null
    try {
      await this.bridge.call('sessions.close', { id: sessionId, force })
    } catch (error) {
      const failure = failureOf(error)
      if (failure.code === 'session-busy') this.closingBusyId = sessionId
      else this.problem = failure
    }
  }

  async delete(profile: Profile): Promise<void> {
    await this.attempt(() => this.bridge.call('profiles.delete', { id: profile.id }))
  }

  async duplicate(profile: Profile): Promise<void> {
    await this.attempt(async () => (this.profiles.selectedId = (await this.bridge.call('profiles.duplicate', { id: profile.id })).id))
  }

  async dismissNotice(id: string): Promise<void> {
    await this.attempt(() => this.bridge.call('app.dismissNotice', { id }))
  }

  /** A terminal in which the offered install command runs. */
  async installPowerShell(): Promise<void> {
    await this.attempt(async () => this.show((await this.bridge.call('app.installPowerShell', null)).sessionId))
  }

  /** A terminal in which the module that connects is installed. */
  async installModule(service: Service): Promise<void> {
    await this.attempt(async () => this.show((await this.bridge.call('app.installModule', { service })).sessionId))
  }

  async findPowerShell(): Promise<void> {
    await this.attempt(async () => (this.app = await this.bridge.call('app.findPowerShell', null)))
  }

  async choosePowerShell(): Promise<void> {
    await this.attempt(async () => (this.app = await this.bridge.call('app.choosePowerShell', null)))
  }

  /** Does something whose failure is shown above the terminal. */
  async attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      this.problem = null
      await action()
    } catch (error) {
      this.problem = failureOf(error)
    }
  }

  async #load(): Promise<void> {
    await this.attempt(async () => {
      // Each is shown as it comes: looking for PowerShell may take longer than the list of tenants.
      const [{ sessions, activeId }] = await Promise.all([
        this.bridge.call('sessions.list', null),
        this.bridge.call('profiles.list', null).then((profiles) => this.profiles.take(profiles)),
        this.bridge.call('app.state', null).then((app) => (this.app = app)),
        this.bridge.call('updates.state', null).then((updates) => (this.updates = updates))
      ])
      this.sessions.replace(sessions, activeId)
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
