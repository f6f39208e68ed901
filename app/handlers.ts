import { readFile } from 'node:fs/promises'
import type { Adapters, Cloud } from './adapters.ts'
import type { Checks } from './checks/checks.ts'
import type { CommandLog } from './command-log/command-log.ts'
import type { AppState, Profile, SettingKey } from './contract.ts'
import type { AccountSignIns } from './credentials/account-sign-ins.ts'
import type { CredentialQuestions } from './credentials/asking.ts'
import type { createCertificateSigner } from './credentials/certificates.ts'
import type { MadeCertificates } from './credentials/made-certificates.ts'
import { readPfx } from './credentials/pfx.ts'
import type { createCredentialStore } from './credentials/store.ts'
import type { Handlers } from './dispatcher.ts'
import type { ExpiryReader } from './expiry/reader.ts'
import { failure } from './failures.ts'
import { datedName } from './file-names.ts'
import type { Grids } from './grid/grids.ts'
import { customerConsentLink, factsOf, guideOf, offeredRoleIds } from './guide/guide.ts'
import type { createFinder } from './powershell/finder.ts'
import { installCommand, moduleInstallation } from './powershell/install-command.ts'
import type { WorkingFolders } from './profiles/folders.ts'
import type { openProfiles } from './profiles/profiles.ts'
import type { ProfileUsage } from './profiles/usage.ts'
import type { RunExports } from './runs/export/export.ts'
import type { Runs } from './runs/runs.ts'
import { readScript } from './runs/script-file.ts'
import type { Selections } from './runs/selections.ts'
import { saveText } from './saved-file.ts'
import type { Cautions } from './sessions/cautions.ts'
import { Sessions } from './sessions/sessions.ts'
import type { TokenBroker } from './tokens/broker.ts'
import { directoryRole } from './tokens/directory-roles.ts'
import type { createExplainer } from './tokens/explainer.ts'
import { serviceTable } from './tokens/services.ts'
import type { Lock } from './lock.ts'
import { diagnosticsOf } from './log/diagnostics.ts'
import type { Settings } from './settings/settings.ts'
import { putSnippet } from './snippets/put.ts'
import type { Snippets } from './snippets/snippets.ts'
import type { Updates } from './updates/updates.ts'

/** What answers the window's calls. */
export interface Services {
  adapters: Adapters
  settings: Settings
  usage: ProfileUsage
  finder: ReturnType<typeof createFinder>
  credentials: Awaited<ReturnType<typeof createCredentialStore>>
  lock: Lock
  signer: ReturnType<typeof createCertificateSigner>
  folders: WorkingFolders
  profiles: Awaited<ReturnType<typeof openProfiles>>
  snippets: Snippets
  selections: Selections
  accounts: AccountSignIns
  questions: CredentialQuestions
  broker: TokenBroker
  commandLog: CommandLog
  grids: Grids
  sessions: Sessions
  runs: Runs
  runExports: RunExports
  updates: Updates
  expiry: ExpiryReader
  made: MadeCertificates
  cautions: Cautions
  explainer: ReturnType<typeof createExplainer>
  checks: Checks
  /** @throws TenantryError `cloud-unknown` */
  cloudOf(id: string, custom: Profile['customCloud']): Cloud
  /** Counts how often a tenant is opened. */
  noteOpened(profileId: string): void
  /** Fetches a token that is likely to be wanted, where that asks nobody anything. */
  fetchAhead(profileId: string): void
  state(): Promise<AppState>
  /** What was missing may be there now, or another than before: the window is told. */
  lookAgain(): void
  /** Asks for a setting's path in the host's own dialog. */
  choosePath(key: SettingKey): Promise<void>
  dismissNotice(id: string): void
  /** The profile that a link asked for, once. Throws `link-profile-unknown`. */
  takeLink(): string | null
  /** A profile is gone, and what was typed in its sessions with it. */
  forgetHistory(profileId: string): void
}

/** The answer to each call of the contract. */
export function handlersOf(services: Services): Handlers {
  return { ...appHandlers(services), ...profileHandlers(services), ...sessionHandlers(services), ...toolHandlers(services) }
}

/** The app itself: its state, settings, updates and lock. */
function appHandlers({ adapters, settings, finder, credentials, lock, profiles, sessions, updates, state, lookAgain, choosePath, dismissNotice, takeLink }: Services) {
  return {
    'app.state': state,
    'app.dismissNotice': ({ id }) => dismissNotice(id),
    'app.installPowerShell': () => {
      const command = installCommand(adapters.platform, adapters.env)
      if (!command) throw failure('powershell-missing')
      return { sessionId: sessions.openInstallTerminal({ name: 'Install PowerShell', command }, lookAgain) }
    },
    'app.installModule': async ({ service }) => {
      const powershell = await finder.require()
      // The stand-in can install nothing, and what it runs needs no module of Microsoft's.
      if (powershell.standIn) throw failure('powershell-missing')
      return { sessionId: sessions.openInstallTerminal(moduleInstallation(serviceTable[service].module, powershell.path, adapters.platform), lookAgain) }
    },
    'app.findPowerShell': () => {
      lookAgain()
      return state()
    },
    'app.choosePowerShell': async () => {
      const file = await adapters.host.chooseFile({ title: 'Choose PowerShell' })
      if (file) settings.set('powershell.path', file)
      lookAgain()
      return state()
    },
    'app.answer': () => {},
    'app.paste': () => ({ isPasted: adapters.host.paste?.() ?? false }),
    'app.chooseCaFile': async () => {
      await choosePath('network.caFile')
      return state()
    },
    'app.forgetCaFile': () => {
      settings.set('network.caFile', null)
      return state()
    },
    'settings.read': () => settings.readAgain(),
    'settings.change': ({ key, value }) => settings.change(key, value),
    'settings.reset': ({ key }) => settings.reset(key),
    'settings.choose': async ({ key }) => {
      await choosePath(key)
      return settings.view
    },
    'app.diagnostics': async () => {
      const { policy, paths, now } = adapters
      return { text: diagnosticsOf({ state: await state(), sessions: sessions.list(), updates: updates.state, profiles: profiles.list().profiles, policy, logFolder: paths.logs, versions: process.versions, now: now() }) }
    },
    'app.notices': async () => ({ text: await readFile(adapters.paths.notices, 'utf8').catch(() => 'This Tenantry was built without the list.') }),
    'app.takeLink': () => ({ profileId: takeLink() }),
    'updates.state': () => updates.state,
    'updates.check': () => updates.check(),
    'updates.setChannel': async ({ channel }) => {
      settings.set('updates.channel', channel)
      return updates.state
    },
    'updates.install': () => updates.install(),
    'lock.state': () => ({ isLocked: lock.isLocked, afterMinutes: settings.values['lock.afterMinutes'], by: adapters.host.askPerson?.by ?? (credentials.status().available ? 'keychain' : 'none') }),
    'lock.now': () => lock.lock(),
    'lock.unlock': () => lock.unlock(),
    'lock.touch': () => lock.touch(),
    'lock.setIdle': ({ minutes }) => void settings.set('lock.afterMinutes', minutes)
  } satisfies Partial<Handlers>
}

/** Tenants, sign-ins and credentials. */
function profileHandlers({ adapters, usage, signer, folders, profiles, snippets, selections, accounts, questions, broker, sessions, expiry, made, forgetHistory }: Services) {
  return {
    'profiles.list': () => profiles.list(),
    'profiles.resolve': (input) => profiles.resolve(input),
    'profiles.save': (input) => profiles.save(input),
    'profiles.usage': () => ({ scores: usage.scores() }),
    'profiles.duplicate': ({ id }) => profiles.duplicate(id),
    'profiles.delete': async ({ id }) => {
      await profiles.delete(id)
      // What can't be written now goes at the next start.
      await snippets.keepOf((profileId) => profileId !== id).catch(() => {})
      await selections.keepOf((profileId) => profileId !== id).catch(() => {})
      sessions.forgetRestored(id)
      forgetHistory(id)
    },
    'profiles.chooseFolder': async () => ({ folder: folders.choose(await adapters.host.chooseFolder({ title: 'Working folder' })) }),
    'profiles.export': (input) => profiles.export(input),
    'profiles.previewImport': (input) => profiles.previewImport(input),
    'profiles.import': (input) => profiles.import(input),
    'signIns.save': async (input) => {
      const saved = await profiles.saveSignIn(input)
      // Sessions whose renewal stopped for want of it go on.
      if (input.credential) broker.retry(input.id)
      return saved
    },
    'signIns.delete': ({ id }) => profiles.deleteSignIn(id),
    'credentials.certificates': async () => ({ certificates: await signer.list() }),
    'credentials.testSign': ({ thumbprint }) => signer.testSign(thumbprint),
    'credentials.inspectPfx': ({ pfxBase64, password }) => {
      const pfx = readPfx(Buffer.from(pfxBase64, 'base64'), password)
      return { subject: pfx.subject, notAfter: pfx.notAfter, thumbprint: pfx.thumbprintSha1 }
    },
    'credentials.place': () => ({ sentence: made.place }),
    'credentials.makeCertificate': (input) => made.make(input),
    'credentials.saveCertificate': ({ thumbprint }) => made.save(thumbprint),
    'credentials.answer': ({ id, credential }) => questions.answer(id, credential),
    'accounts.signIn': (input) => accounts.signIn(input),
    'accounts.cancel': ({ id }) => accounts.cancel(id),
    'accounts.openPage': async ({ id }) => ({ isOpened: await accounts.openPage(id) }),
    'accounts.signOut': ({ id }) => profiles.signOut(id),
    'expiry.read': (input) => expiry.read(input)
  } satisfies Partial<Handlers>
}

/** Sessions, the questions of their guard, and their tables. */
function sessionHandlers({ adapters, noteOpened, grids, sessions, cautions }: Services) {
  return {
    'sessions.list': () => ({ sessions: sessions.list(), tabs: sessions.tabs(), activeId: sessions.activeId }),
    'sessions.arrange': ({ tabs }) => sessions.arrange(tabs),
    'sessions.open': async ({ profileId, service, cols, rows }) => {
      await cautions.confirm(profileId, service)
      const session = sessions.open(profileId, service, { cols, rows })
      noteOpened(profileId)
      return session
    },
    'sessions.connect': async ({ id, ...size }) => {
      const restored = sessions.restored(id)
      if (restored) await cautions.confirm(restored.profileId, restored.service)
      const session = sessions.connect(id, size)
      if (restored) noteOpened(restored.profileId)
      return session
    },
    'sessions.look': ({ id, isFocused, beside }) => sessions.look(id, isFocused, beside),
    'sessions.attach': ({ id }) => ({ ticket: sessions.ticket(id) }),
    'sessions.detach': ({ id }) => sessions.detach(id),
    'sessions.resize': ({ id, cols, rows }) => sessions.resize(id, cols, rows),
    'sessions.reconnect': ({ id, force }) => sessions.reconnect(id, force ?? false),
    'sessions.saveScrollback': async ({ id }) => {
      const { name, lines } = await sessions.scrollback(id)
      if (lines.length === 0) throw failure('scrollback-empty')
      const file = { title: 'Save the scrollback', fileName: `${datedName(name, adapters.now())}.txt`, text: `${lines.join('\n')}\n` }
      return { lines: lines.length, ...(await saveText(adapters.host.saveFile, file)) }
    },
    'sessions.showTranscript': ({ id }) => {
      const path = sessions.transcript(id)
      return { path, isShown: path !== null && adapters.host.showFile(path) }
    },
    'guard.answer': ({ id, question, answer }) => sessions.guard(id)?.answer(question, answer),
    'guard.askAgain': ({ id }) => sessions.guard(id)?.askAgain(),
    'sessions.close': ({ id, force }) => sessions.close(id, force ?? false),
    'grids.list': () => ({ grids: grids.list() }),
    'grids.arrange': (input) => grids.arrange(input),
    'grids.page': (input) => grids.page(input),
    'grids.cell': (input) => grids.cell(input),
    'grids.select': (input) => grids.select(input),
    'grids.copy': (input) => grids.copy(input),
    'grids.save': (input) => grids.save(input),
    'grids.choose': ({ id }) => grids.choose(id),
    'grids.close': ({ id }) => grids.close(id),
    'grids.showLast': ({ sessionId }) => sessions.showLastResult(sessionId)
  } satisfies Partial<Handlers>
}

/** What is done with tenants beside a session: tokens, checks, the guide, the command log, snippets and runs. */
function toolHandlers({ adapters, cloudOf, profiles, snippets, selections, fetchAhead, commandLog, sessions, runs, runExports, cautions, explainer, checks }: Services) {
  return {
    'tokens.fetchAhead': ({ profileId }) => fetchAhead(profileId),
    'tokens.describe': ({ sessionId, service }) => explainer.describe(sessionId, service),
    'tokens.explain': ({ text }) => explainer.explain(text),
    'checks.run': (input) => checks.run(input),
    'checks.stop': ({ run }) => checks.stop(run),
    'guide.read': (typed) => {
      const { loginHost } = typed.cloud === 'custom' && !typed.customCloud?.loginHost ? { loginHost: '<login host>' } : cloudOf(typed.cloud, typed.customCloud ?? null)
      const customers = typed.profileIds.map((id) => profiles.get(id))
      const links = customers.map((profile) => ({ name: profile.name, link: customerConsentLink(cloudOf(profile.cloud, profile.customCloud).loginHost, profile, typed.clientId) }))
      return { steps: guideOf(factsOf(typed, loginHost, customers)), roles: offeredRoleIds(typed.services).map((id) => ({ id, name: directoryRole(id)!.name })), links }
    },
    'commands.list': (input) => commandLog.list(input),
    'commands.export': (filter) => commandLog.export(filter),
    'snippets.list': () => ({ snippets: snippets.list() }),
    'snippets.save': (input) => snippets.save(input),
    'snippets.delete': ({ id }) => snippets.delete(id),
    'snippets.put': async (input) => ({ refused: await putSnippet(input, snippets, sessions) }),
    'runs.list': () => ({ runs: runs.list() }),
    'runs.get': ({ id }) => runs.get(id),
    'runs.start': async (input) => {
      // Asked once: what Microsoft says against the service is the same for all of them.
      await cautions.confirm(input.profileIds[0]!, input.service)
      return runs.start(input)
    },
    'runs.cancel': ({ id, profileId }) => runs.cancel(id, profileId),
    'runs.retry': ({ id }) => runs.retry(id),
    'runs.answer': ({ id, number }) => runs.answer(id, number),
    'runs.refuse': ({ id }) => runs.refuse(id),
    'runs.remove': ({ id }) => runs.remove(id),
    'runs.chooseScript': async () => {
      const path = await adapters.host.chooseFile({ title: 'Choose a script' })
      return path ? readScript(path) : null
    },
    'runs.export': (choice) => runExports.preview(choice),
    'runs.saveExport': (choice) => runExports.save(choice),
    'selections.list': () => ({ selections: selections.list() }),
    'selections.save': (input) => selections.save(input),
    'selections.remove': ({ id }) => selections.remove(id)
  } satisfies Partial<Handlers>
}
