import { randomUUID } from 'node:crypto'
import type { CallInput, CallName, CallOutput, EventData, EventName } from '../../app/contract.ts'
import { factsOf, guideOf } from '../../app/guide/guide.ts'
import { aCommand, aFailure, anUpdateState, aProfile, aSession, aSignIn, aState } from '../renderer/fake-data.ts'
import { someSteps } from '../renderer/fake-checks.ts'
import { describeClaims, someClaims } from '../renderer/fake-tokens.ts'

const id = randomUUID()
const guideInput = { cloud: 'worldwide' as const, tenant: 'contoso.example', clientId: id, appName: 'Tenantry', certificatePath: '', roleId: '', services: ['exchange' as const], isPartner: false, profileIds: [] }
const signIn = aSignIn()
const profile = aProfile({ name: 'Contoso', signInId: signIn.id })
const session = { ...aSession(profile), failure: aFailure({ message: 'It is not there.', hint: 'Look elsewhere.', field: 'domain' }) }
const state = aState({
  powershellProblem: { failure: aFailure({ message: 'No PowerShell was found.' }), installCommand: 'winget install pwsh' },
  notices: [{ id: 'profiles-0', level: 'warning', text: 'A notice.' }]
})
const updates = anUpdateState({ phase: 'failed', channel: 'beta', version: '1.2.3', notes: '- New', failure: aFailure({ message: 'No answer.' }) })
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
  'app.diagnostics': { input: null, output: { text: '- Tenantry: 0.1.0\n' } },
  'app.takeLink': { input: null, output: { profileId: id } },
  'updates.state': { input: null, output: updates },
  'updates.check': { input: null, output: updates },
  'updates.setChannel': { input: { channel: 'beta' }, output: updates },
  'updates.install': { input: null, output: undefined },
  'app.answer': { input: { id, yes: true }, output: undefined },
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
  'sessions.list': { input: null, output: { sessions: [session], activeId: session.id } },
  'sessions.connect': { input: { id, cols: 120, rows: 30 }, output: session },
  'sessions.look': { input: { id, isFocused: true }, output: undefined },
  'sessions.open': { input: { profileId: profile.id, cols: 120, rows: 30 }, output: session },
  'sessions.attach': { input: { id }, output: { ticket: 'a ticket' } },
  'sessions.detach': { input: { id }, output: undefined },
  'sessions.resize': { input: { id, cols: 80, rows: 24 }, output: undefined },
  'sessions.reconnect': { input: { id }, output: session },
  'sessions.close': { input: { id, force: true }, output: undefined },
  'tokens.describe': { input: { sessionId: id, service: 'exchange' }, output: describeClaims(profile, someClaims(profile), 'exchange') },
  'tokens.explain': { input: { text: 'eyJ' }, output: describeClaims(profile, someClaims(profile, { roles: [] }), 'exchange') },
  'checks.run': { input: { run: id, profileId: profile.id }, output: { service: 'exchange', steps: someSteps(profile), summary: 'All is well.', report: '# Check of Contoso' } },
  'checks.stop': { input: { run: id }, output: undefined },
  'guide.read': {
    input: { cloud: 'worldwide', tenant: 'contoso.example', clientId: id, appName: 'Tenantry', certificatePath: '', roleId: '', services: ['exchange'], isPartner: true, profileIds: [id] },
    output: { steps: guideOf(factsOf(guideInput, 'login.example')), roles: [{ id, name: 'Global Reader' }], links: [{ name: 'Contoso', link: 'https://login.example/x/adminconsent' }] }
  },
  'commands.list': { input: { search: 'get-mailbox', onlyFailed: true }, output: { commands: [aCommand()], total: 1, folder: '/data/command-log' } },
  'commands.export': { input: { search: '' }, output: { fileName: 'tenantry-commands-2026-11-25.csv', text: 'at\r\n' } }
}

/** Good data of every event. */
export const eventSamples: { [N in EventName]: EventData<N> } = {
  'app.changed': state,
  'link.opened': {},
  'updates.changed': updates,
  'lock.changed': { isLocked: true },
  'profiles.changed': list,
  'session.state': session,
  'session.removed': { id },
  'session.wanted': { id },
  'menu.chosen': { item: 'updates' },
  'check.step': { run: id, step: someSteps(profile)[0]! },
  'question.asked': { id, title: 'Trust', message: 'Send credentials to login.example?', detail: 'Login host: login.example', confirmLabel: 'Trust' },
  'credential.asked': { id, signInName: 'Contoso app', clientId: id, tenant: 'contoso.example', profileId: profile.id, kind: 'secret', reason: 'This sign-in asks each time.' },
  'credential.withdrawn': { id },
  'account.waiting': { id, page: 'https://login.example/device', isOpened: false, code: 'ABCD12345', until: 1_800_000_000_000 },
  'window.replaced': {}
}
