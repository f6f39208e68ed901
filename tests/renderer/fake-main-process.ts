import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arrange } from '../../app/arrangement.ts'
import type {
  AppState, ByteStream, CallName, CallOutput, CheckStep, EventData, EventName, Failure, ImportRow, LoggedCommand, Profile, ProfileDraft, SessionView,
  Service, SignInView, StoreCertificate, Tab, UpdateState
} from '../../app/contract.ts'
import type { Core } from '../../app/core.ts'
import { createDispatcher, type Handlers, type Reply, type Sender } from '../../app/dispatcher.ts'
import { expiryOf } from '../../app/expiry/expiry.ts'
import { TenantryError } from '../../app/failures.ts'
import { customerConsentLink, factsOf, guideOf, offeredRoleIds } from '../../app/guide/guide.ts'
import { Settings } from '../../app/settings/settings.ts'
import { directoryRole } from '../../app/tokens/directory-roles.ts'
import { anUpdateState, aSession, aSignIn, aState, connected, firstStart } from './fake-data.ts'
import { FakeAccounts } from './fake-accounts.ts'
import { checkAnswer, someSteps } from './fake-checks.ts'
import { FakeGrids } from './fake-grids.ts'
import { FakeRuns } from './fake-runs.ts'
import { FakeSession } from './fake-session.ts'
import { FakeSnippets } from './fake-snippets.ts'
import { describeClaims, explainPasted, someClaims } from './fake-tokens.ts'

type EventListener = <N extends EventName>(event: N, data: EventData<N>) => void

/**
 * A fake of the core for tests of the window: it keeps profiles in memory, has no shell, no network and no keychain,
 * and does what a test tells it. Calls go through the real dispatcher, so that the contract holds on both sides.
 */
export class FakeMainProcess implements Core {
  state: AppState = aState()
  profiles: Profile[]
  signIns: SignInView[]
  certificates: StoreCertificate[] = []
  importRows: ImportRow[] = []
  /** The command log, newest first. */
  commands: LoggedCommand[] = []
  /** Whether a session that is opened becomes connected by itself. */
  connects = true
  /** What a test changes in the claims of every session's token; null where there is no token. */
  claims: Record<string, unknown> | null = {}
  /** What a check finds. */
  checkSteps: (profile: Profile, service: Service) => CheckStep[] = (profile) => someSteps(profile)
  isLocked = false
  updates = anUpdateState()
  /** Whether the host has a dialog that saves files. */
  savesFiles = true
  /** What Microsoft Graph tells of an app's secrets. */
  secretsFound: CallOutput<'expiry.read'>['found'] = []
  readonly sessions = new Map<string, FakeSession>()
  /** The real ones, in a folder of their own unless a test says where. */
  readonly settings: Settings
  readonly snippets = new FakeSnippets(this.sessions, (wanted) => this.profiles.some(({ id }) => id === wanted), (snippets) => this.emit('snippets.changed', { snippets }))
  readonly runs = new FakeRuns((wanted) => this.profiles.find(({ id }) => id === wanted)!, {
    changed: (run) => this.emit('runs.changed', run),
    removed: (id) => this.emit('runs.removed', { id }),
    selections: (selections) => this.emit('selections.changed', { selections })
  })
  /** The tabs as the window arranged them. */
  tabs: Tab[] = []
  /** The session that the window said is in front. */
  activeId: string | null = null
  usage: Record<string, number> = {}
  /** Profiles that links asked for. */
  link: string[] = []
  /** What the window called, in order. */
  readonly log: Array<{ call: string; input: unknown }> = []
  readonly #failures = new Map<string, Failure>()
  readonly #holds = new Map<string, Promise<void>>()
  readonly #tickets = new Map<string, string>()
  readonly #listeners = new Set<EventListener>()
  /** The cloud that a resolved tenant turns out to be in, where that is detected; the one that is asked unless told. */
  tenantCloud: Profile['cloud'] | null = null
  readonly accounts = new FakeAccounts((waiting) => this.emit('account.waiting', waiting))
  readonly grids = new FakeGrids({ changed: (view) => this.emit('grid.changed', view), removed: (id) => this.emit('grid.removed', { id }) })
  readonly #answer = createDispatcher(this.#handlers(), () => {})

  constructor(start: { profiles: Profile[]; signIns: SignInView[] } = firstStart(), settingsFile = join(mkdtempSync(join(tmpdir(), 'tenantry-settings-')), 'settings.json')) {
    this.settings = new Settings({ file: settingsFile, now: Date.now, onChange: (view) => this.emit('settings.changed', view) })
    this.profiles = start.profiles
    this.signIns = start.signIns
  }

  // ---- what a test tells it ----

  /** The next call of that name answers this failure. */
  failNext(call: CallName, failure: Failure): void {
    this.#failures.set(call, failure)
  }

  /** Calls of that name wait until the returned function is called. */
  hold(call: CallName | 'checks.run: the answer'): () => void {
    let release = () => {}
    this.#holds.set(call, new Promise((resolve) => (release = resolve)))
    return () => {
      this.#holds.delete(call)
      release()
    }
  }

  inputsOf(call: CallName): unknown[] {
    return this.log.filter((entry) => entry.call === call).map(({ input }) => input)
  }

  emit: EventListener = (event, data) => {
    for (const listener of this.#listeners) listener(event, data)
  }

  setLocked(isLocked: boolean): void {
    this.isLocked = isLocked
    this.emit('lock.changed', { isLocked })
  }

  lock(): void {
    this.setLocked(true)
  }

  changeState(change: Partial<AppState>): AppState {
    this.state = { ...this.state, ...change }
    this.emit('app.changed', this.state)
    return this.state
  }

  changeUpdates(change: Partial<UpdateState>): UpdateState {
    this.updates = { ...this.updates, ...change }
    this.emit('updates.changed', this.updates)
    return this.updates
  }

  changeSession(session: FakeSession, change: Partial<SessionView>): void {
    const isNewPhase = change.phase !== undefined && change.phase !== session.view.phase
    session.view = { ...session.view, ...(isNewPhase ? { since: Date.now() } : {}), ...change }
    this.emit('session.state', session.view)
  }

  /** The session of a profile; the last of them where there are more. */
  sessionOf(name: string): FakeSession {
    const found = [...this.sessions.values()].filter((session) => session.view.name === name).at(-1)
    if (!found) throw new Error(`no session of ${name}`)
    return found
  }

  // ---- the core ----

  async dispatch(sender: Sender, call: string, input: unknown): Promise<Reply> {
    this.log.push({ call, input })
    await this.#holds.get(call)
    const failure = this.#failures.get(call)
    this.#failures.delete(call)
    return failure ? { failure } : this.#answer(sender, call, input)
  }

  onEvent(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  openStream(ticket: string, stream: ByteStream): boolean {
    const session = this.sessions.get(this.#tickets.get(ticket) ?? '')
    this.#tickets.delete(ticket)
    session?.attach(stream)
    return session !== undefined
  }

  wake(): void {}
  async updateAtQuit(): Promise<null> {
    return null
  }

  greet(): void {}

  leave(): void {}

  openLink(profileId: string): void {
    this.link.push(profileId)
    this.emit('link.opened', {})
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
    return this.settings.values.keys
  }

  async dispose(): Promise<void> {}

  isWaiting(): boolean {
    return false
  }

  #view() {
    return { profiles: this.profiles, signIns: this.signIns }
  }

  #changed(): void {
    this.emit('profiles.changed', this.#view())
  }

  #openSession(profileId: string, service?: Service): FakeSession {
    const profile = this.profiles.find(({ id }) => id === profileId)!
    const view = aSession(profile)
    const wanted = service ?? view.service
    const session = new FakeSession({ ...view, service: wanted, name: wanted === 'exchange' ? view.name : `${view.name} · Compliance` })
    this.sessions.set(session.view.id, session)
    this.#start(session)
    return session
  }

  #start(session: FakeSession): void {
    const profile = this.profiles.find(({ id }) => id === session.view.profileId)!
    this.changeSession(session, { phase: 'starting', detail: 'Starting PowerShell', alive: true })
    if (!this.connects) return
    setImmediate(() => {
      session.print(`${profile.name} PS> `)
      this.changeSession(session, connected(profile))
    })
  }

  /** A session goes, whoever ended it. */
  endSession(id: string): void {
    this.sessions.get(id)?.breakStream()
    this.sessions.delete(id)
    this.emit('session.removed', { id })
  }

  /** The tab of a session that was open when Tenantry ended. */
  restoreTab(name: string): FakeSession {
    const view = aSession(this.profiles.find((profile) => profile.name === name)!)
    const session = new FakeSession({ ...view, phase: 'restored', detail: 'Not connected: connects when you open it', alive: false })
    this.sessions.set(view.id, session)
    return session
  }

  #openInstallTerminal(name: string) {
    const session = this.#openSession(this.profiles[0]!.id)
    this.changeSession(session, { name })
    return { sessionId: session.view.id }
  }

  #save({ id, ...draft }: ProfileDraft, signInId: string): Profile {
    const before = this.profiles.find((profile) => profile.id === id)
    const saved: Profile = { initialDomain: null, tenantId: randomUUID(), ...before, ...draft, signInId, id: before?.id ?? randomUUID() }
    this.profiles = before ? this.profiles.map((profile) => (profile === before ? saved : profile)) : [...this.profiles, saved]
    this.#changed()
    return saved
  }

  #handlers(): Handlers {
    return { ...this.#appHandlers(), ...this.#profileHandlers(), ...this.#credentialHandlers(), ...this.#sessionHandlers(), ...this.#tokenHandlers(), ...this.#checkHandlers(), ...this.#commandHandlers(), ...this.grids.handlers(), ...this.snippets.handlers(), ...this.runs.handlers(), ...this.accounts.handlers() }
  }

  #appHandlers() {
    return {
      'lock.state': () => ({ isLocked: this.isLocked, afterMinutes: null, by: 'keychain' as const }),
      'lock.now': () => this.setLocked(true),
      'lock.unlock': () => this.setLocked(false),
      'lock.touch': () => {},
      'lock.setIdle': () => {},
      'app.state': () => this.state,
      'app.dismissNotice': ({ id }) => void this.changeState({ notices: this.state.notices.filter((notice) => notice.id !== id) }),
      'app.installPowerShell': () => this.#openInstallTerminal('Install PowerShell'),
      'app.installModule': () => this.#openInstallTerminal('Install ExchangeOnlineManagement'),
      'app.findPowerShell': () => this.state,
      'app.choosePowerShell': () => this.state,
      'app.answer': () => {},
      'app.paste': () => ({ isPasted: false }),
      'app.chooseCaFile': () => this.changeState({ trust: { systemCertificates: 140, file: { path: '/home/admin/proxy.pem', subjects: ['Corporate proxy CA'], problem: null } } }),
      'app.forgetCaFile': () => this.changeState({ trust: { ...this.state.trust, file: null } }),
      'app.notices': () => ({ text: `Tenantry carries the work of others.\n\n${'a-package 1.0.0 (MIT)\n'.repeat(200)}` }),
      'app.diagnostics': () => ({ text: '- Tenantry: 0.1.0 (preview)\n' }),
      'settings.read': () => this.settings.readAgain(),
      'settings.change': ({ key, value }) => this.settings.change(key, value),
      'settings.reset': ({ key }) => this.settings.reset(key),
      'settings.choose': ({ key }) => this.settings.set(key, '/home/admin/chosen' as never),
      'updates.state': () => this.updates,
      'updates.check': () => this.updates,
      'updates.setChannel': ({ channel }) => this.changeUpdates({ channel }),
      'updates.install': () => {}
    } satisfies Partial<Handlers>
  }

  #profileHandlers() {
    return {
      'profiles.list': () => this.#view(),
      'profiles.resolve': ({ cloud, detect }) => ({ tenantId: resolvedTenantId, cloud: (detect && this.tenantCloud) || cloud, cloudLabel: 'Worldwide', authority: 'login.microsoftonline.com' }),
      'profiles.save': ({ profile, signIn }) => {
        if (signIn.use === 'existing') return this.#save(profile, signIn.id)
        const made = aSignIn({ ...signIn.signIn, name: signIn.signIn.name || profile.name })
        this.signIns = [...this.signIns, made]
        return this.#save(profile, made.id)
      },
      'profiles.duplicate': ({ id }) => {
        const profile = this.profiles.find((one) => one.id === id)!
        return this.#save({ ...profile, id: undefined, name: `${profile.name} copy` }, profile.signInId!)
      },
      'profiles.delete': ({ id }) => {
        this.profiles = this.profiles.filter((profile) => profile.id !== id)
        this.#changed()
      },
      'app.takeLink': () => ({ profileId: this.link.splice(0)[0] ?? null }),
      'profiles.usage': () => ({ scores: this.usage }),
      'profiles.chooseFolder': () => ({ folder: '/home/admin/scripts' }),
      'profiles.export': ({ format }) => ({ fileName: `tenantry-profiles.${format}`, text: `profiles as ${format}` }),
      'profiles.previewImport': () => ({ rows: this.importRows }),
      'profiles.import': () => ({ added: this.importRows.filter(({ outcome }) => outcome === 'new').length, merged: 0, skipped: 0 })
    } satisfies Partial<Handlers>
  }

  #credentialHandlers() {
    return {
      'signIns.save': ({ id, signIn: { expiresOn, ...signIn } }) => {
        const expiry = expiresOn ? { expiry: expiryOf({ kind: 'secret', certificate: null, secretEnd: { notAfter: expiresOn, source: 'typed' } }, Date.now()) } : {}
        this.signIns = this.signIns.map((one) => (one.id === id ? { ...one, ...signIn, ...expiry, ready: true } : one))
        this.#changed()
        return this.signIns.find((one) => one.id === id)!
      },
      'signIns.delete': ({ id }) => {
        this.signIns = this.signIns.filter((one) => one.id !== id)
        this.#changed()
      },
      'credentials.certificates': () => ({ certificates: this.certificates }),
      'credentials.testSign': (): CallOutput<'credentials.testSign'> => ({ algorithm: 'PS256', milliseconds: 12 }),
      'credentials.inspectPfx': () => ({ subject: 'CN=Exchange automation', notAfter: '2031-02-14T00:00:00Z', thumbprint: 'AB'.repeat(20) }),
      'credentials.place': () => ({ sentence: 'Its key stays on this computer.' }),
      'credentials.makeCertificate': ({ name, bits }): StoreCertificate => {
        const made: StoreCertificate = { thumbprint: 'CE'.repeat(20), subject: `CN=${name}`, notAfter: '2027-11-25T00:00:00Z', location: 'CurrentUser', keyKind: `RSA ${bits}`, canSign: true }
        this.certificates = [...this.certificates, made]
        return made
      },
      'credentials.saveCertificate': () => ({ fileName: 'exchange-automation-cececece.cer', savedAs: this.savesFiles ? '/home/admin/exchange.cer' : null, text: this.savesFiles ? null : '-----BEGIN CERTIFICATE-----' }),
      'expiry.read': ({ profileId, id }): CallOutput<'expiry.read'> => {
        const taken = id ? { id, by: 'person' as const } : this.secretsFound.length === 1 ? { id: this.secretsFound[0]!.id, by: 'only' as const } : null
        const end = this.secretsFound.find((one) => one.id === taken?.id)?.endsOn
        const { signInId } = this.profiles.find((profile) => profile.id === profileId)!
        if (end) {
          this.signIns = this.signIns.map((one) => (one.id === signInId ? { ...one, expiry: expiryOf({ kind: 'secret', certificate: null, secretEnd: { notAfter: end, source: 'graph' } }, Date.now()) } : one))
          this.#changed()
        }
        return { found: this.secretsFound, taken }
      },
      'credentials.answer': ({ id }) => this.emit('credential.withdrawn', { id })
    } satisfies Partial<Handlers>
  }

  #tokenHandlers() {
    return {
      'tokens.fetchAhead': () => undefined,
      'tokens.describe': ({ sessionId, service }) => {
        const view = this.sessions.get(sessionId)?.view
        const profile = this.profiles.find(({ id }) => id === view?.profileId)
        if (!view || !profile) throw new TenantryError('session-not-found')
        return describeClaims(profile, this.claims && someClaims(profile, this.claims), service ?? view.service)
      },
      'tokens.explain': ({ text }) => explainPasted(text)
    } satisfies Partial<Handlers>
  }

  #checkHandlers() {
    return {
      'checks.run': async ({ run, profileId, service = 'exchange' }) => {
        const profile = this.profiles.find(({ id }) => id === profileId)!
        const steps = this.checkSteps(profile, service)
        for (const { id, title } of steps) {
          const step: CheckStep = { id, title, state: 'waiting', milliseconds: null, evidence: 'Not started yet.', details: [], fixes: [] }
          this.emit('check.step', { run, step })
        }
        for (const step of steps) this.emit('check.step', { run, step })
        await this.#holds.get('checks.run: the answer')
        return checkAnswer(profile, service, steps)
      },
      'checks.stop': () => {}
    } satisfies Partial<Handlers>
  }

  #commandHandlers() {
    const filtered = ({ search, onlyFailed }: { search: string; onlyFailed: boolean }) =>
      this.commands.filter((one) => one.command.toLowerCase().includes(search.toLowerCase()) && (!onlyFailed || one.success === false))
    return {
      'guide.read': (typed) => ({
        steps: guideOf(factsOf(typed, 'login.microsoftonline.com', typed.profileIds.map((id) => this.profiles.find((profile) => profile.id === id)!))),
        roles: offeredRoleIds(typed.services).map((id) => ({ id, name: directoryRole(id)!.name })),
        links: typed.profileIds.map((id) => this.profiles.find((profile) => profile.id === id)!).map((profile) => ({ name: profile.name, link: customerConsentLink('login.microsoftonline.com', profile, typed.clientId) }))
      }),
      'commands.list': ({ skip, limit, ...filter }) => ({ commands: filtered(filter).slice(skip, skip + limit), total: filtered(filter).length, folder: '/data/command-log' }),
      'commands.export': (filter) => ({ fileName: 'tenantry-commands-2026-11-25.csv', text: filtered(filter).map(({ command }) => command).join('\r\n') })
    } satisfies Partial<Handlers>
  }

  #sessionHandlers() {
    return {
      'sessions.list': () => ({ sessions: [...this.sessions.values()].map(({ view }) => view), tabs: arrange(this.tabs, [...this.sessions.keys()], randomUUID), activeId: this.activeId }),
      'sessions.arrange': ({ tabs }) => void (this.tabs = tabs),
      'sessions.look': ({ id, isFocused }) => {
        this.activeId = id
        const session = this.sessions.get(id ?? '')
        if (isFocused && session?.view.unseen) this.changeSession(session, { unseen: null })
      },
      'sessions.connect': ({ id }) => {
        const session = this.sessions.get(id)!
        if (session.view.phase === 'restored') this.#start(session)
        return session.view
      },
      'sessions.open': ({ profileId, service }) => this.#openSession(profileId, service).view,
      'sessions.attach': ({ id }) => {
        const ticket = randomUUID()
        this.#tickets.set(ticket, id)
        return { ticket }
      },
      'sessions.detach': ({ id }) => this.sessions.get(id)?.breakStream(),
      'sessions.resize': ({ id, ...size }) => void this.sessions.get(id)?.sizes.push(size),
      'sessions.reconnect': ({ id, force }) => {
        const session = this.sessions.get(id)!
        if (session.view.busy && !force) throw new TenantryError('session-busy', { name: session.view.name })
        this.changeSession(session, { phase: 'starting', detail: 'Starting PowerShell', failure: null, busy: false })
        return session.view
      },
      'sessions.saveScrollback': ({ id }) => ({ fileName: `${this.sessions.get(id)!.view.name}.txt`, savedAs: this.savesFiles ? '/home/admin/scrollback.txt' : null, text: this.savesFiles ? null : 'PS> 6 * 7\n42\n', lines: 2 }),
      'sessions.showTranscript': ({ id }) => ({ path: this.sessions.get(id)!.view.transcript?.path ?? null, isShown: this.savesFiles }),
      'guard.answer': ({ id, question, answer }) => {
        const session = this.sessions.get(id)!
        if (session.view.guard?.question?.id !== question) return
        this.changeSession(session, { guard: { ...session.view.guard, question: null, quietUntil: answer === 'run-quietly' ? Date.now() + 600_000 : null } })
      },
      'guard.askAgain': ({ id }) => this.changeSession(this.sessions.get(id)!, { guard: { question: null, quietUntil: null, pauseMinutes: 10 } }),
      'sessions.close': ({ id, force }) => {
        const session = this.sessions.get(id)!
        if (session.view.busy && !force) throw new TenantryError('session-busy', { name: session.view.name })
        this.endSession(id)
      }
    } satisfies Partial<Handlers>
  }
}

/** The tenant id that the fake finds for every domain. */
export const resolvedTenantId = '8f2c41aa-9c2b-4c6e-8a3f-0d6b7c9eb1d4'
