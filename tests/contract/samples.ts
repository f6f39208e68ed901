import { randomUUID } from 'node:crypto'
import type { CallInput, CallName, CallOutput, EventData, EventName, GridView, RunSummary, RunView, SettingsView } from '../../app/contract.ts'
import { factsOf, guideOf } from '../../app/guide/guide.ts'
import { aCommand, aFailure, anUpdateState, aProfile, aSession, aSignIn, aState } from '../renderer/fake-data.ts'
import { someSteps } from '../renderer/fake-checks.ts'
import { defaultSettings } from '../../app/settings/table.ts'
import { describeClaims, someClaims } from '../renderer/fake-tokens.ts'

const id = randomUUID()
const tab = { id, name: 'Migration', isPinned: true, isZoomed: false, active: id, layout: { split: 'right' as const, ratio: 0.4, first: { pane: id }, second: { pane: id } } }
const guideInput = { cloud: 'worldwide' as const, tenant: 'contoso.example', clientId: id, appName: 'Tenantry', certificatePath: '', roleId: '', services: ['exchange' as const], isPartner: false, profileIds: [] }
const signIn = aSignIn()
const profile = aProfile({ name: 'Contoso', signInId: signIn.id })
const session = { ...aSession(profile), failure: aFailure({ message: 'It is not there.', hint: 'Look elsewhere.', field: 'domain' }) }
const state = aState({
  powershellProblem: { failure: aFailure({ message: 'No PowerShell was found.' }), installCommand: 'winget install pwsh' },
  notices: [{ id: 'profiles-0', level: 'warning', text: 'A notice.' }]
})
const updates = anUpdateState({ phase: 'failed', channel: 'beta', version: '1.2.3', notes: '- New', failure: aFailure({ message: 'No answer.' }) })
const settings: SettingsView = {
  values: { ...defaultSettings(), 'terminal.fontSize': 15, keys: { palette: ['Ctrl+Shift+P'] } },
  changed: ['terminal.fontSize', 'keys'],
  problems: [{ name: 'terminal.bell', found: '"loud"', sentence: 'must be one of none, visual, sound' }],
  notices: ['A notice.'],
  readOnly: null,
  file: '/data/settings.json'
}
const grid: GridView = {
  id, sessionId: id, title: 'Get-Mailbox', state: 'stopped', selection: 'multiple', rows: 2, notes: ['3 values are cut: too long.'], openedAt: 1_800_000_000_000,
  columns: [{ name: 'DisplayName', kind: 'text', isShown: true }, { name: 'TotalItemSize', kind: 'size', isShown: false }]
}
const snippet = { id, profileId: id, name: 'Forwarding', text: 'Get-Mailbox {{Mailbox}} |\n  Format-List Forward*' }
const runFacts = {
  id, title: 'Get-Mailbox', service: 'exchange' as const, atOnce: 4, isReadOnly: false, by: 'admin', startedAt: 1_800_000_000_000, endedAt: null, gridId: id, secondsLeft: 12.5,
  question: { commands: ['Set-Mailbox'], asked: 'Set-Mailbox', objects: ['Identity: anna'], more: 0, fromPipeline: false, tenant: 'Contoso', tenants: 2, production: 1 }
}
const run: RunView = {
  ...runFacts, script: 'Get-Mailbox', isRedacted: false,
  tenants: [{ profileId: profile.id, name: 'Contoso', colour: '#5aa9ff', environment: 'production', state: 'failed', detail: 'It is not there.', failure: aFailure({ message: 'It is not there.' }), seconds: 2.5, rows: 3, errors: 1, errorSentences: ['No.'] }]
}
const noneIn = { waiting: 0, starting: 0, connecting: 0, running: 0, throttled: 0, done: 0, failed: 0, cancelled: 0, interrupted: 0 }
const runSummary: RunSummary = { ...runFacts, counts: { ...noneIn, failed: 1 } }
const selection = { id, name: 'Customers', profileIds: [id] }
const list = { profiles: [profile], signIns: [signIn] }
const thumbprint = 'AB'.repeat(20)
const notAfter = '2031-02-14T00:00:00Z'

/** A good input and a good output of every call. Inputs leave out what their schema fills in. */
export const callSamples: { [N in CallName]: { input: CallInput<N>; output: CallOutput<N> } } = {
  'app.state': { input: null, output: state },
  'app.dismissNotice': { input: { id: 'profiles-0' }, output: undefined },
  'app.installPowerShell': { input: null, output: { sessionId: id } },
  'app.installModule': { input: { service: 'graph' }, output: { sessionId: id } },
  'app.findPowerShell': { input: null, output: state },
  'app.choosePowerShell': { input: null, output: state },
  'app.chooseCaFile': { input: null, output: state },
  'app.forgetCaFile': { input: null, output: state },
  'app.notices': { input: null, output: { text: 'a-package 1.0.0 (MIT)' } },
  'app.diagnostics': { input: null, output: { text: '- Tenantry: 0.1.0\n' } },
  'app.takeLink': { input: null, output: { profileId: id } },
  'settings.read': { input: null, output: settings },
  'settings.change': { input: { key: 'terminal.fontSize', value: 15 }, output: settings },
  'settings.reset': { input: { key: 'terminal.fontSize' }, output: settings },
  'settings.choose': { input: { key: 'powershell.path' }, output: settings },
  'updates.state': { input: null, output: updates },
  'updates.check': { input: null, output: updates },
  'updates.setChannel': { input: { channel: 'beta' }, output: updates },
  'updates.install': { input: null, output: undefined },
  'app.answer': { input: { id, yes: true }, output: undefined },
  'app.paste': { input: null, output: { isPasted: true } },
  'lock.state': { input: null, output: { isLocked: false, afterMinutes: 15, by: 'keychain' } },
  'lock.now': { input: null, output: undefined },
  'lock.unlock': { input: null, output: undefined },
  'lock.touch': { input: null, output: undefined },
  'lock.setIdle': { input: { minutes: null }, output: undefined },
  'profiles.list': { input: null, output: list },
  'profiles.resolve': {
    input: { domain: 'contoso.example', cloud: 'custom', customCloud: { loginHost: 'login.example', exchangeHost: 'exchange.example' } },
    output: { tenantId: id, cloud: 'custom', cloudLabel: 'Custom', authority: `https://login.example/${id}` }
  },
  'profiles.save': {
    input: {
      profile: { name: 'Contoso', domain: 'contoso.example', cloud: 'worldwide', services: ['exchange'], colour: '#5aa9ff', environment: 'production' },
      signIn: { use: 'new', signIn: { clientId: id, kind: 'pfx' } },
      credential: { kind: 'pfx', pfxBase64: 'AAAA', password: 'pässword' }
    },
    output: profile
  },
  'profiles.duplicate': { input: { id }, output: profile },
  'profiles.delete': { input: { id }, output: undefined },
  'profiles.usage': { input: null, output: { scores: { [id]: 1.5 } } },
  'profiles.chooseFolder': { input: null, output: { folder: null } },
  'profiles.export': { input: { format: 'csv', ids: [id] }, output: { fileName: 'tenantry-profiles.csv', text: 'name;domain\r\nZürich\u2028;zuerich.example' } },
  'profiles.previewImport': {
    input: { format: 'list', text: 'contoso.example', signInId: null },
    output: { rows: [{ line: 1, name: 'Contoso', domain: 'contoso.example', tenantId: null, signIn: '', outcome: 'invalid', problem: 'No such tenant.' }] }
  },
  'profiles.import': { input: { format: 'json', text: '{}', group: 'Customers' }, output: { added: 1, merged: 2, skipped: 3 } },
  'signIns.save': { input: { id, signIn: { clientId: id, kind: 'secret' }, credential: { kind: 'secret', secret: 'typed' } }, output: signIn },
  'signIns.delete': { input: { id }, output: undefined },
  'credentials.certificates': {
    input: null,
    output: { certificates: [{ thumbprint, subject: 'CN=Exchange', notAfter, location: 'CurrentUser', keyKind: 'RSA', canSign: true }] }
  },
  'credentials.testSign': { input: { thumbprint }, output: { algorithm: 'PS256', milliseconds: 12.5 } },
  'credentials.inspectPfx': { input: { pfxBase64: 'AAAA', password: '' }, output: { subject: 'CN=Exchange', notAfter, thumbprint } },
  'credentials.place': { input: null, output: { sentence: 'It stays where it is.' } },
  'credentials.makeCertificate': {
    input: { name: 'Exchange', bits: 3072, years: 1 },
    output: { thumbprint, subject: 'CN=Exchange', notAfter, location: 'CurrentUser', keyKind: 'RSA 3072', canSign: true }
  },
  'credentials.saveCertificate': { input: { thumbprint }, output: { fileName: 'exchange.cer', savedAs: null, text: '-----BEGIN CERTIFICATE-----' } },
  'credentials.answer': { input: { id, credential: { kind: 'store', thumbprint } }, output: undefined },
  'accounts.signIn': {
    input: { id, how: 'browser', clientId: id, target: { domain: 'contoso.example', cloud: 'worldwide', customCloud: null } },
    output: { signedIn: id, account: { username: 'admin@contoso.example', name: 'Admin', tenantId: id } }
  },
  'accounts.cancel': { input: { id }, output: undefined },
  'accounts.openPage': { input: { id }, output: { isOpened: true } },
  'accounts.signOut': { input: { id }, output: undefined },
  'expiry.read': {
    input: { profileId: profile.id },
    output: { found: [{ id, name: 'For Exchange', startsOn: null, endsOn: notAfter }], taken: { id, by: 'beginning' } }
  },
  'sessions.list': { input: null, output: { sessions: [session], tabs: [tab], activeId: session.id } },
  'sessions.arrange': { input: { tabs: [tab] }, output: undefined },
  'sessions.connect': { input: { id, cols: 120, rows: 30 }, output: session },
  'sessions.look': { input: { id, isFocused: true }, output: undefined },
  'sessions.open': { input: { profileId: profile.id, cols: 120, rows: 30 }, output: session },
  'sessions.attach': { input: { id }, output: { ticket: 'a ticket' } },
  'sessions.detach': { input: { id }, output: undefined },
  'sessions.resize': { input: { id, cols: 80, rows: 24 }, output: undefined },
  'sessions.reconnect': { input: { id, force: true }, output: session },
  'sessions.saveScrollback': { input: { id }, output: { fileName: 'Contoso-2026-11-07-140322.txt', savedAs: null, text: 'PS> 6 * 7\n42\n', lines: 2 } },
  'sessions.showTranscript': { input: { id }, output: { path: '/data/transcripts/Contoso-2026-11-07-140322.txt', isShown: true } },
  'guard.answer': { input: { id, question: id, answer: 'run-quietly' }, output: undefined },
  'guard.askAgain': { input: { id }, output: undefined },
  'sessions.close': { input: { id, force: true }, output: undefined },
  'tokens.fetchAhead': { input: { profileId: id }, output: undefined },
  'tokens.describe': { input: { sessionId: id, service: 'exchange' }, output: describeClaims(profile, someClaims(profile), 'exchange') },
  'tokens.explain': { input: { text: 'eyJ' }, output: describeClaims(profile, someClaims(profile, { roles: [] }), 'exchange') },
  'checks.run': { input: { run: id, profileId: profile.id }, output: { service: 'exchange', steps: someSteps(profile), summary: 'All is well.', report: '# Check of Contoso' } },
  'checks.stop': { input: { run: id }, output: undefined },
  'guide.read': {
    input: { cloud: 'worldwide', tenant: 'contoso.example', clientId: id, appName: 'Tenantry', certificatePath: '', roleId: '', services: ['exchange'], isPartner: true, profileIds: [id] },
    output: { steps: guideOf(factsOf(guideInput, 'login.example')), roles: [{ id, name: 'Global Reader' }], links: [{ name: 'Contoso', link: 'https://login.example/x/adminconsent' }] }
  },
  'commands.list': { input: { search: 'get-mailbox', onlyFailed: true }, output: { commands: [aCommand()], total: 1, folder: '/data/command-log' } },
  'commands.export': { input: { search: '' }, output: { fileName: 'tenantry-commands-2026-11-25.csv', text: 'at\r\n' } },
  'grids.list': { input: null, output: { grids: [grid] } },
  'grids.arrange': {
    input: { id, sort: [{ column: 1, isDescending: true }], filters: [{ column: 1, text: '> 1 GB' }], search: 'zoë', columns: [0, 1] },
    output: { arrangement: 2, rows: 1, selected: 0, refusals: [{ column: 0, sentence: 'This is no date.' }] }
  },
  'grids.page': { input: { id, arrangement: 2, start: 0, count: 100, columns: [0, 1] }, output: { rows: [{ isSelected: true, cells: ['Zoë', null] }, { isSelected: false, cells: [{ problem: 'No.' }, '1 B'] }] } },
  'grids.cell': { input: { id, arrangement: 2, position: 0, column: 1 }, output: { text: 'one\ntwo', isCut: true, length: null } },
  'grids.select': { input: { id, arrangement: 2, from: 0, to: 9, how: 'add' }, output: { selected: 10 } },
  'grids.copy': { input: { id, columns: [0], isSelectionOnly: true }, output: { text: 'DisplayName\r\nZoë', rows: 1 } },
  'grids.save': { input: { id, columns: [0], isSelectionOnly: false, format: 'csv' }, output: { fileName: 'Get-Mailbox-2026-11-29.csv', savedAs: null, text: 'DisplayName\r\n', rows: 0 } },
  'grids.choose': { input: { id }, output: undefined },
  'grids.close': { input: { id }, output: undefined },
  'grids.showLast': { input: { sessionId: id }, output: undefined },
  'runs.list': { input: null, output: { runs: [runSummary] } },
  'runs.get': { input: { id }, output: run },
  'runs.start': { input: { profileIds: [id], script: 'Get-Mailbox' }, output: { id } },
  'runs.cancel': { input: { id, profileId: id }, output: undefined },
  'runs.retry': { input: { id }, output: undefined },
  'runs.answer': { input: { id, number: 2 }, output: undefined },
  'runs.refuse': { input: { id }, output: undefined },
  'runs.remove': { input: { id }, output: undefined },
  'runs.export': {
    input: { id, target: 'github-actions', signIn: 'federated' },
    output: { fileName: 'forwarding-github-actions.zip', files: [{ path: 'forwarding/script.ps1', text: 'Get-Mailbox' }], leftOut: [{ name: 'Fabrikam', reason: 'Its profile is not there any more.' }], notes: [] }
  },
  'runs.saveExport': { input: { id, target: 'azure-automation', signIn: 'certificate' }, output: { fileName: 'forwarding-azure-automation.zip', savedAs: null, base64: 'UEsFBg==' } },
  'runs.chooseScript': { input: null, output: { name: 'forwarding.ps1', text: 'Get-Mailbox' } },
  'selections.list': { input: null, output: { selections: [selection] } },
  'selections.save': { input: { name: 'Customers', profileIds: [id] }, output: selection },
  'selections.remove': { input: { id }, output: undefined },
  'snippets.list': { input: null, output: { snippets: [snippet] } },
  'snippets.save': { input: { profileId: null, name: 'Forwarding', text: snippet.text }, output: snippet },
  'snippets.delete': { input: { id }, output: undefined },
  'snippets.put': { input: { id, values: { Mailbox: 'anna' }, sessions: [id], how: 'insert' }, output: { refused: [{ id, failure: aFailure({ message: 'A command is running.' }) }] } }
}

/** Good data of every event. */
export const eventSamples: { [N in EventName]: EventData<N> } = {
  'app.changed': state,
  'link.opened': {},
  'settings.changed': settings,
  'updates.changed': updates,
  'lock.changed': { isLocked: true },
  'profiles.changed': list,
  'session.state': session,
  'session.removed': { id },
  'session.wanted': { id },
  'grid.changed': grid,
  'grid.removed': { id },
  'snippets.changed': { snippets: [snippet] },
  'runs.changed': run,
  'runs.removed': { id },
  'selections.changed': { selections: [selection] },
  'menu.chosen': { item: 'updates' },
  'check.step': { run: id, step: someSteps(profile)[0]! },
  'question.asked': { id, title: 'Trust', message: 'Send credentials to login.example?', detail: 'Login host: login.example', confirmLabel: 'Trust' },
  'credential.asked': { id, signInName: 'Contoso app', clientId: id, tenant: 'contoso.example', profileId: profile.id, kind: 'secret', reason: 'This sign-in asks each time.' },
  'credential.withdrawn': { id },
  'account.waiting': { id, page: 'https://login.example/device', isOpened: false, code: 'ABCD12345', until: 1_800_000_000_000 },
  'window.replaced': {}
}
