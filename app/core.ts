import { join } from 'node:path'
import type { Adapters, Cloud } from './adapters.ts'
import { readAppState } from './app-state.ts'
import { Checks } from './checks/checks.ts'
import { CommandLog } from './command-log/command-log.ts'
import type { ByteStream, MenuItem, Profile, RunView, SettingKey } from './contract.ts'
import { AccountSignIns } from './credentials/account-sign-ins.ts'
import { CredentialQuestions } from './credentials/asking.ts'
import { createCertificateSigner } from './credentials/certificates.ts'
import { TokenCredentials } from './credentials/for-tokens.ts'
import { MadeCertificates } from './credentials/made-certificates.ts'
import { readPfx } from './credentials/pfx.ts'
import { createCredentialStore } from './credentials/store.ts'
import { createDispatcher, createEvents, type EventListener, type Reply, type Sender } from './dispatcher.ts'
import { ExpiryReader } from './expiry/reader.ts'
import { ExpiryWatch } from './expiry/watch.ts'
import { failure } from './failures.ts'
import { Grids } from './grid/grids.ts'
import { handlersOf } from './handlers.ts'
import { createFinder } from './powershell/finder.ts'
import { useQuestion } from './profiles/binding.ts'
import { WorkingFolders } from './profiles/folders.ts'
import { openProfiles, type Examples } from './profiles/profiles.ts'
import { ProfileUsage } from './profiles/usage.ts'
import { checkClientId, checkCredential, type CredentialInspection } from './profiles/sign-in.ts'
import { RunExports } from './runs/export/export.ts'
import { interruptedText, Runs, type LiveRun } from './runs/runs.ts'
import { Selections } from './runs/selections.ts'
import { Cautions } from './sessions/cautions.ts'
import { Histories } from './sessions/command-history.ts'
import { OpenTabsFile } from './sessions/open-tabs.ts'
import { Sessions } from './sessions/sessions.ts'
import type { SessionPlan, SessionServices } from './sessions/session-plan.ts'
import { proveTenant } from './sessions/tenant-proof.ts'
import { WarmShells } from './sessions/warm-shells.ts'
import { createTokenSource } from './tokens/acquire.ts'
import { knownAudiences } from './tokens/audiences.ts'
import { TokenBroker } from './tokens/broker.ts'
import { builtInClouds, customCloud, resolveTenant } from './tokens/clouds.ts'
import { createExplainer, type TokenUse } from './tokens/explainer.ts'
import { acquireWithCredential } from './tokens/with-credential.ts'
import { KeepAwake } from './keep-awake.ts'
import { checkUnlocked, Lock } from './lock.ts'
import { Notices } from './notices.ts'
import type { SettingValues } from './settings/table.ts'
import { choosePath } from './settings/choose-path.ts'
import { Settings, settingsNotice } from './settings/settings.ts'
import { Snippets } from './snippets/snippets.ts'
import { Updates } from './updates/updates.ts'

/** A session whose shell lives. */
export interface LiveSession {
  profileId: string
  /** Null behind the lock. */
  name: string | null
  busy: boolean
}

/** Tenantry without a window: what a host needs of it. */
export interface Core {
  dispatch(sender: Sender, call: string, input: unknown): Promise<Reply>
  /** Returns the undo. */
  onEvent(listener: EventListener): () => void
  /** Attaches a window's stream by a ticket of `sessions.attach`; false where the ticket opens nothing. */
  openStream(ticket: string, stream: ByteStream): boolean
  /** The machine woke from sleep: what fell due meanwhile is renewed at once. */
  wake(): void
  /** Locks the window, as with the OS session. */
  lock(): void
  /** A window came: it is told again what waits for an answer. */
  greet(): void
  /** The window went: nobody looks at a session. */
  leave(): void
  /** A link asks for a profile: the window opens it, now or once it is there. */
  openLink(profileId: string): void
  /** What an end of the app would end: sessions whose shell lives. */
  liveSessions(): LiveSession[]
  /** And runs that are not over, those among them of which every tenant waits. */
  liveRuns(): LiveRun[]
  /** The tenants that were opened, the most used ones first. */
  recentTenants(): Array<{ id: string; name: string }>
  /** The keys that a person changed, by the window's action. */
  keys(): Record<string, string[]>
  /** The theme that a person chose. */
  theme(): SettingValues['appearance.theme']
  /** Process ids of the shells that wait for a session. */
  waitingShells(): number[]
  /** An item of the application's menu was chosen; behind the lock nothing comes of it. */
  choose(item: MenuItem): void
  /** See `Updates.atQuit`: asked before the core is disposed of. */
  updateAtQuit(): Promise<(() => boolean) | null>
  /** Ends every session and helper. */
  dispose(): Promise<void>
  /** A call to the keychain has not come back; see `endProcess`. */
  isWaiting(): boolean
}

/**
 * Wires the services from the adapters. It knows neither Electron nor the browser.
 *
 * @param examples profiles that a first start begins with, and their credentials for this run
 */
export async function createCore(adapters: Adapters, examples: Examples | null, log: (line: string) => void): Promise<Core> {
  const { emit: tell, onEvent, clear: forgetListeners } = createEvents(log)
  // A locked window hears of nothing but the lock.
  const emit: typeof tell = (event, data) => {
    if (!lock.isLocked || event === 'lock.changed') tell(event, data)
  }
  const settings = new Settings({
    file: join(adapters.paths.data, 'settings.json'),
    now: adapters.now,
    onChange(view) {
      emit('settings.changed', view)
      noteSettings()
    }
  })
  const histories = new Histories(adapters.paths.data)
  const usage = new ProfileUsage(join(adapters.paths.data, 'usage.json'), adapters.now)
  const noteOpened = (profileId: string) => {
    try {
      usage.note(profileId, (id) => profiles.has(id))
    } catch (error) {
      // It only orders lists: a full disk keeps nobody from connecting.
      log(`how often a tenant is opened could not be written (${error instanceof Error ? error.message : String(error)})`)
    }
  }
  adapters.trust.restore(settings.values['network.caFile'])
  const finder = createFinder(adapters, () => settings.values['powershell.path'])
  const clouds = new Map<string, Cloud>([...builtInClouds, ...adapters.clouds].map((cloud) => [cloud.id, cloud]))
  const cloudOf = (id: string, custom: Profile['customCloud']): Cloud => {
    const cloud = id === 'custom' && custom ? customCloud(custom) : clouds.get(id)
    if (!cloud) throw failure('cloud-unknown', { cloud: id })
    return cloud
  }

  let onKeychainStatus = () => {}
  const credentials = await createCredentialStore({
    keychain: adapters.keychain,
    dataFolder: adapters.paths.data,
    platform: adapters.platform,
    // A keychain may answer late, or refuse its first write: the status bar follows.
    onStatus: () => onKeychainStatus()
  })
  const lock: Lock = new Lock({
    now: adapters.now,
    idleMinutes: () => settings.values['lock.afterMinutes'],
    async ask() {
      const { askPerson } = adapters.host
      if (!askPerson) return void (await credentials.askKeychain())
      await askPerson.ask('unlock Tenantry').catch(() => {
        throw failure('unlock-refused', { reason: 'the computer did not confirm that it is you' })
      })
    },
    onChange(isLocked) {
      if (isLocked) {
        sessions.detachAll()
        sessions.look(sessions.activeId, false)
        accounts.clear()
        broker.keepNone()
        tokens.clear()
      } else broker.keepAgain()
      emit('lock.changed', { isLocked })
    }
  })
  const signer = createCertificateSigner({
    spawn: adapters.spawn,
    powershell: async () => (await finder.require()).path,
    scriptsFolder: adapters.paths.scripts,
    env: adapters.env
  })
  const tokens = createTokenSource({ network: adapters.network, sign: signer.sign })
  const folders = new WorkingFolders({ platform: adapters.platform })
  const inspection: CredentialInspection = {
    inspectPfx: (pfxBase64, password) => readPfx(Buffer.from(pfxBase64, 'base64'), password),
    certificates: () => signer.list(),
    signedIn: (id, clientId) => accounts.held(id, clientId)
  }
  const profiles = await openProfiles({
    dataFolder: adapters.paths.data,
    now: adapters.now,
    credentials,
    cloudOf,
    resolveTenant: (cloud, domain, options) => resolveTenant(cloud, domain, adapters.network, options),
    ...inspection,
    confirm: (question) => adapters.host.confirm(question),
    folders,
    examples,
    onChange: (view) => emit('profiles.changed', view)
  })

  const snippets = new Snippets({
    dataFolder: adapters.paths.data,
    hasProfile: (id) => profiles.has(id),
    onChange: (all) => emit('snippets.changed', { snippets: all })
  })
  const selections = new Selections({ dataFolder: adapters.paths.data, onChange: (all) => emit('selections.changed', { selections: all }) })

  const accounts = new AccountSignIns({
    network: adapters.network,
    host: adapters.host,
    checkClientId,
    async resolve(target) {
      const known = 'profileId' in target ? profiles.get(target.profileId) : 'signInId' in target ? profiles.tenantOf(target.signInId) : null
      const { domain, cloud, customCloud: custom } = known ?? (target as Extract<typeof target, { domain: string }>)
      const { tenantId } = await profiles.resolve({ domain, cloud, customCloud: custom })
      if (known?.tenantId && known.tenantId.toLowerCase() !== tenantId) throw failure('tenant-changed', { domain, actual: tenantId, expected: known.tenantId })
      return { cloud: cloudOf(cloud, custom), tenantId }
    },
    onWaiting: (waiting) => emit('account.waiting', waiting)
  })

  const questions = new CredentialQuestions(
    (asked) => emit('credential.asked', asked),
    (id) => emit('credential.withdrawn', { id })
  )
  const planOf = (profileId: string): SessionPlan => {
    const profile = profiles.get(profileId)
    const signIn = profile.signInId ? profiles.signIn(profile.signInId) : null
    const cloud = cloudOf(profile.cloud, profile.customCloud)
    const subject = { profileId, tenantId: profile.tenantId, signInId: profile.signInId, clientId: signIn?.clientId ?? '', cloud }
    return { profile, cloud, appName: signIn?.name ?? '', subject }
  }

  const tokenCredentials = new TokenCredentials({
    store: credentials,
    questions,
    signIn: (id) => profiles.signIn(id),
    tenantName: (id) => profiles.get(id).domain,
    allow: (signIn, { cloud, profileId, tenantId }) =>
      adapters.host.confirm(useQuestion(signIn, cloud, [{ domain: profiles.get(profileId).domain, tenantId: tenantId! }])),
    check: async (signIn, typed) => (await checkCredential(signIn, typed, inspection)).credential,
    onKept: () => emit('profiles.changed', profiles.list())
  })
  const broker = new TokenBroker({
    now: adapters.now,
    acquire: acquireWithCredential({ tokens, credentials: tokenCredentials, profiles, now: adapters.now, isLocked: () => lock.isLocked }),
    onIdle: (subject) => tokenCredentials.forget(subject)
  })

  /** A certificate's key in the store may ask for a card or a finger, and an account's refresh token is spent by its use. */
  const fetchAhead = (profileId: string): void => {
    const profile = profiles.list().profiles.find(({ id }) => id === profileId)
    const signIn = profile?.signInId ? profiles.signIn(profile.signInId) : null
    if (!profile || !signIn || signIn.askEachTime || (signIn.kind !== 'secret' && signIn.kind !== 'pfx')) return
    void broker.fetchAhead(planOf(profileId).subject, profile.services[0]!)
  }

  const commandLog = new CommandLog({
    dataFolder: adapters.paths.data,
    now: adapters.now,
    onProblem(reason) {
      notices.set('command-log', reason && `Commands can’t be written into the command log (${reason}): they run, and are not logged.`)
    }
  })
  /** The profiles that were opened, the most used ones first. */
  const recentProfiles = () => {
    const scores = usage.scores()
    return profiles.list().profiles.filter(({ id }) => scores[id]).sort((a, b) => scores[b.id]! - scores[a.id]!)
  }
  /** Brings a session to the front, also in a window that is yet to open. */
  const wanted = (id: string) => {
    sessions.look(id, false)
    emit('session.wanted', { id })
  }
  const grids = new Grids({
    platform: adapters.platform,
    now: adapters.now,
    saveFile: adapters.host.saveFile,
    onChange: (view) => emit('grid.changed', view),
    onRemoved: (id) => emit('grid.removed', { id })
  })
  const warmShells: WarmShells = new WarmShells({
    adapters,
    powershell: () => finder.require(),
    wanted() {
      const opened = recentProfiles()
      // Before anything was opened the first profile stands for all: most of them share its module.
      const used = opened.length > 0 ? opened : profiles.list().profiles.slice(0, 1)
      return used.map(({ id }) => planOf(id)).map((plan) => ({ plan, service: plan.profile.services[0]! }))
    },
    count: () => settings.values['sessions.warmShells'],
    isBusy: () => runs.isBusy || sessions.list().some(({ phase }) => phase === 'starting' || phase === 'signing-in' || phase === 'connecting'),
    log
  })
  const prove: SessionServices['prove'] = async (plan, service, token) => {
    const { profile, cloud } = plan
    const resolveTenantId = async (domain: string) => (await resolveTenant(cloud, domain, adapters.network)).tenantId
    const proof = await proveTenant({ profile, cloud, service, token, network: adapters.network, resolveTenantId })
    // The profile may have been changed to another tenant meanwhile.
    const isSame = profiles.list().profiles.some(({ id, tenantId }) => id === profile.id && tenantId === profile.tenantId)
    if (proof.initialDomain && isSame) await profiles.noteInitialDomain(profile.id, proof.initialDomain)
    return proof
  }
  const keepAwake = new KeepAwake((on) => adapters.host.keepAwake(on))
  /** Runs that were under way when Tenantry ended. */
  const interrupted: RunView[] = []
  const sessions: Sessions = new Sessions(
    {
      adapters,
      keepAwake: (on) => keepAwake.for('sessions', on),
      warmShells,
      offerGrid: (sessionId, folder) => grids.offer(sessionId, folder),
      powershell: () => finder.require(),
      plan: planOf,
      tokens: broker,
      prove,
      screenReader: () => settings.values['terminal.screenReader'],
      guardPauseMinutes: () => settings.values['guard.pauseMinutes'],
      logCommand: (command) => commandLog.append(command),
      transcriptFolder() {
        const chosen = settings.values['transcripts.folder']
        return chosen === null ? { path: join(adapters.paths.data, 'transcripts'), isOwn: true } : { path: chosen, isOwn: false }
      },
      longCommandMs() {
        const seconds = settings.values['commands.notifyAfterSeconds']
        return adapters.longCommandMs ?? (seconds === null ? null : seconds * 1000)
      }
    },
    {
      onState(view) {
        notices.set(`transcript-${view.id}`, view.transcript?.problem ? `${view.name}: ${view.transcript.problem}` : null)
        emit('session.state', view)
      },
      onRemoved(id) {
        grids.forget(id)
        notices.set(`transcript-${id}`, null)
        emit('session.removed', { id })
        histories.sweep()
      },
      // Tabs whose profiles could not be read are opened again once those are back.
      onTabs: (tabs) => profiles.isLost || openTabs.write(tabs),
      onUnseen({ id, name }, sentence) {
        // Locked, not even a tenant's name is shown.
        adapters.host.notify?.({ title: lock.isLocked ? 'Tenantry' : name, body: sentence, onClick: () => wanted(id) })
      }
    }
  )

  const runs: Runs = new Runs({
    services: { adapters, powershell: () => finder.require(), tokens: broker, prove, logCommand: (command) => commandLog.append(command) },
    plan: planOf,
    openTable: (runId, title, onClosed) => grids.openRun(runId, title, onClosed),
    closeTable: (id) => grids.close(id),
    onChange(view) {
      keepAwake.for('runs', runs.isBusy)
      emit('runs.changed', view)
    },
    onRemoved(id) {
      keepAwake.for('runs', runs.isBusy)
      emit('runs.removed', { id })
    },
    onInterrupted: (view) => interrupted.push(view),
    onUnwritten(reason) {
      notices.set('runs', reason && `What becomes of a run can’t be written down (${reason}), so no further tenant of it is started. Tenantry tries again by itself: look at the disk, and at the rights on its data folder.`)
    }
  })

  const runExports = new RunExports({
    run: (id) => runs.toExport(id),
    sources() {
      const { profiles: all, signIns } = profiles.list()
      const profileById = new Map(all.map((profile) => [profile.id, profile]))
      const signInById = new Map(signIns.map((signIn) => [signIn.id, signIn]))
      return (profileId) => {
        const profile = profileById.get(profileId)
        return profile ? { profile, cloud: cloudOf(profile.cloud, profile.customCloud), signIn: signInById.get(profile.signInId ?? '') ?? null } : null
      }
    },
    installed: async (module) => (await finder.find()).found?.modules[module] ?? [],
    scriptsFolder: adapters.paths.scripts,
    saveFile: adapters.host.saveFile
  })

  const updates = new Updates({
    updater: adapters.updater,
    policy: adapters.policy,
    now: adapters.now,
    channel: () => settings.values['updates.channel'],
    live: () => ({ sessions: sessions.list().filter(({ alive }) => alive).length, runs: runs.live.length }),
    confirm: (question) => adapters.host.confirm(question),
    onChange: (view) => emit('updates.changed', view)
  })
  updates.start()
  const expiry = new ExpiryReader({
    network: adapters.network,
    tokens: broker,
    plan: planOf,
    signIn: (id) => profiles.signIn(id),
    credential: (subject) => tokenCredentials.find(subject, 'renew', AbortSignal.timeout(10_000)),
    keep: (signInId, end) => profiles.noteSecretEnd(signInId, () => end)
  })
  const expiryWatch = new ExpiryWatch(() => profiles.list().signIns, () => emit('profiles.changed', profiles.list()))
  const made = new MadeCertificates({ signer, saveFile: adapters.host.saveFile, platform: adapters.platform })
  const cautions = new Cautions({ platform: adapters.platform, profile: (id) => profiles.get(id), confirm: (question) => adapters.host.confirm(question) })

  const tokenUseOf = (sessionId: string): TokenUse | null => {
    const use = sessions.inUse(sessionId)
    if (!use) return null
    const { profile, cloud } = use.plan
    const certificate = profiles.list().signIns.find(({ id }) => id === profile.signInId)?.certificate ?? null
    const { service, phase } = use.view
    return { profile, cloud, service, certificate, isRenewed: phase === 'connected', token: use.token }
  }
  const explainer = createExplainer({ clouds: clouds.values(), useOf: tokenUseOf, profiles: () => profiles.list().profiles, now: adapters.now })
  const checks = new Checks({
    version: adapters.version,
    platform: adapters.platform,
    env: adapters.env,
    network: adapters.network,
    now: adapters.now,
    known: knownAudiences(clouds.values()),
    tokens: broker,
    plan: planOf,
    signIn: (id) => profiles.list().signIns.find((signIn) => signIn.id === id) ?? null,
    findPowerShell() {
      finder.forget()
      return finder.find()
    },
    onStep: (event) => emit('check.step', event)
  })

  const notices: Notices = new Notices(
    [
      ...profiles.notices.map((text, index) => [`profiles-${index}`, text] as const),
      ...snippets.notices.map((text, index) => [`snippets-${index}`, text] as const),
      ...selections.notices.map((text, index) => [`selections-${index}`, text] as const),
      ...interrupted.map((view) => [`run-${view.id}`, interruptedText(view)] as const)
    ],
    () => void changed()
  )
  /** Says that something in the settings' file counts as not there; Settings names each. */
  function noteSettings() {
    notices.set('settings', settingsNotice(settings.view))
  }
  const state = () => readAppState({ adapters, finder, credentials, clouds, notices })
  const changed = async () => {
    const now = await state()
    emit('app.changed', now)
    return now
  }

  if (profiles.isWhole) {
    const known = new Set(profiles.list().profiles.map(({ id }) => id.toLowerCase()))
    histories.keepOf((id) => known.has(id))
    await snippets.keepOf((id) => known.has(id.toLowerCase())).catch(() => {})
  }
  const openTabs = new OpenTabsFile(join(adapters.paths.data, 'tabs.json'), (reason) => {
    notices.set('tabs', reason)
  })
  noteSettings()
  if (!profiles.isLost) sessions.restore(openTabs.read())

  let isDisposed = false
  /** What was missing may be there now. */
  const lookAgain = () => {
    if (isDisposed) return
    finder.forget()
    warmShells.clear()
    void changed()
  }

  onKeychainStatus = () => void changed()

  const readCaFile = () => {
    adapters.trust.restore(settings.values['network.caFile'])
    void changed()
  }
  settings.on('powershell.path', lookAgain)
  settings.on('sessions.warmShells', () => warmShells.refill())
  settings.on('network.caFile', readCaFile)
  const applyScrollback = () => sessions.setScrollback(settings.values['terminal.scrollback'])
  applyScrollback()
  settings.on('terminal.scrollback', applyScrollback)
  settings.on('terminal.screenReader', () => sessions.screenReaderChanged())
  settings.on('updates.channel', () => void updates.channelChanged().catch(() => {}))
  const askPath = async (key: SettingKey) => {
    const { isSame } = await choosePath(key, settings, adapters.host)
    if (isSame && key === 'network.caFile') readCaFile()
    if (isSame && key === 'powershell.path') lookAgain()
  }

  let linkedProfile: string | null = null
  const handlers = handlersOf({
    adapters, settings, usage, finder, credentials, lock, signer, folders, profiles, snippets, selections, accounts, questions, broker, commandLog,
    grids, sessions, runs, runExports, updates, expiry, made, cautions, explainer, checks, cloudOf, noteOpened, fetchAhead, state, lookAgain, choosePath: askPath,
    dismissNotice: (id) => notices.dismiss(id),
    takeLink() {
      const profileId = linkedProfile
      linkedProfile = null
      if (profileId !== null && !profiles.has(profileId)) throw failure('link-profile-unknown')
      return profileId
    },
    forgetHistory: (profileId) => histories.forget(profileId)
  })

  return {
    dispatch: createDispatcher(handlers, log, (call) => checkUnlocked(lock, call)),
    onEvent,
    openStream: (ticket, stream) => !lock.isLocked && sessions.openStream(ticket, stream),
    wake() {
      broker.wake()
      expiryWatch.look()
      lock.look()
    },
    lock: () => lock.lock(),
    greet() {
      for (const asked of questions.pending) emit('credential.asked', asked)
    },
    leave: () => sessions.look(sessions.activeId, false),
    openLink(profileId) {
      linkedProfile = profileId
      emit('link.opened', {})
    },
    liveSessions: () => sessions.list().filter(({ alive }) => alive).map(({ profileId, name, busy }) => ({ profileId, name: lock.isLocked ? null : name, busy })),
    liveRuns: () => runs.live,
    keys: () => settings.values.keys,
    theme: () => settings.values['appearance.theme'],
    recentTenants: () => recentProfiles().map(({ id, name }) => ({ id, name })),
    waitingShells: () => warmShells.pids,
    choose: (item) => emit('menu.chosen', { item }),
    updateAtQuit: () => updates.atQuit(),
    async dispose() {
      isDisposed = true
      openTabs.flush()
      updates.dispose()
      lock.dispose()
      expiryWatch.dispose()
      checks.dispose()
      accounts.clear()
      await Promise.all([sessions.dispose(), warmShells.dispose(), runs.dispose()])
      histories.sweep()
      grids.dispose()
      await signer.dispose()
      broker.clear()
      tokens.clear()
      forgetListeners()
    },
    isWaiting: () => credentials.isWaiting()
  }
}
