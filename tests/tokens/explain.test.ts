import { describe, expect, it } from 'vitest'
import { explanationSchema, type Service } from '../../app/contract.ts'
import { knownAudiences } from '../../app/tokens/audiences.ts'
import { builtInClouds } from '../../app/tokens/clouds.ts'
import { defaultAccessId, directoryRoles } from '../../app/tokens/directory-roles.ts'
import { explain, type Expected } from '../../app/tokens/explain.ts'
import { grantFor } from '../../app/tokens/permissions.ts'

const tenantId = '8f2c41aa-9c2b-4c6e-8a3f-0d6b7c9eb1d4'
const otherTenantId = '11111111-2222-4333-8444-555555555555'
const now = Date.UTC(2026, 10, 23, 21, 58)
const seconds = now / 1000
const resources = { exchange: 'https://outlook.office365.com', compliance: 'https://ps.compliance.protection.outlook.com', graph: 'https://graph.microsoft.com' }

/** Claims of a good token of an Exchange Administrator's app, with what a row changes. */
function someClaims(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    aud: resources.exchange,
    iss: `https://sts.windows.net/${tenantId}/`,
    iat: seconds - 300,
    nbf: seconds - 300,
    exp: seconds + 3900,
    app_displayname: 'Exchange automation',
    appid: '41c9a6b2-6f0e-4f8d-9d65-2f5c1fd207ee',
    appidacr: '2',
    idtyp: 'app',
    roles: ['Exchange.ManageAsApp'],
    tid: tenantId,
    uti: 'x',
    ver: '1.0',
    wids: ['29232cdf-9323-42fd-ade2-1d097af3e4de', defaultAccessId],
    ...change
  }
}

function explained(change: Record<string, unknown> = {}, expected: Partial<Expected> & { service?: Service } = {}) {
  const { service = 'exchange', ...others } = expected
  const claims = someClaims({ aud: resources[service], ...change })
  const result = explain(claims, { tenantId, audience: { service, resource: resources[service] }, now, known: knownAudiences(builtInClouds), ...others })
  expect(explanationSchema.parse(result)).toEqual(result)
  return result
}

type Row = [what: string, change: Record<string, unknown>, level: 'good' | 'warning' | 'bad', sentence: string]
const delegatedClaims = { idtyp: 'user', upn: 'adele@contoso.com', roles: undefined, appidacr: '0' }

describe('the verdict, for each row of the table of claims', () => {
  it.each<Row>([
    ['a token of the tenant and the service, with permission and role', {}, 'good',
      'This token can manage Exchange: it has Exchange.ManageAsApp and the directory role Exchange Administrator.'],
    ['tid of another tenant', { tid: otherTenantId }, 'bad', `This token belongs to another tenant: ${otherTenantId}, not ${tenantId}.`],
    ['no tid', { tid: undefined }, 'bad', `This token belongs to another tenant: none that it names, not ${tenantId}.`],
    ['tid in capitals', { tid: tenantId.toUpperCase() }, 'good',
      'This token can manage Exchange: it has Exchange.ManageAsApp and the directory role Exchange Administrator.'],
    ['aud of another service', { aud: 'https://graph.microsoft.com/' }, 'bad', 'This token is for Microsoft Graph, not for Exchange: the scope or the cloud is wrong.'],
    ['aud of another cloud', { aud: 'https://outlook.office365.us' }, 'bad', 'This token is for Exchange Online, GCC High, not for Exchange: the scope or the cloud is wrong.'],
    ['aud of nobody we know', { aud: 'api://somebody' }, 'bad', 'This token is for api://somebody, not for Exchange: the scope or the cloud is wrong.'],
    ['no aud', { aud: undefined }, 'bad', 'This token is for nobody that it names, not for Exchange: the scope or the cloud is wrong.'],
    ['aud as the app id of the resource', { aud: '00000002-0000-0ff1-ce00-000000000000' }, 'good',
      'This token can manage Exchange: it has Exchange.ManageAsApp and the directory role Exchange Administrator.'],
    ['aud with a slash at its end', { aud: 'https://outlook.office365.com/' }, 'good',
      'This token can manage Exchange: it has Exchange.ManageAsApp and the directory role Exchange Administrator.'],
    ['roles without Exchange.ManageAsApp', { roles: ['Mail.Read'] }, 'bad', 'This token lacks Exchange.ManageAsApp: the permission is not granted, or has no admin consent.'],
    ['no roles at all', { roles: undefined }, 'bad', 'This token lacks Exchange.ManageAsApp: the permission is not granted, or has no admin consent.'],
    ['roles with only Exchange.ManageAsAppV2', { roles: ['Exchange.ManageAsAppV2'] }, 'bad',
      'This token has only Exchange.ManageAsAppV2, which is for the preview REST Admin API and not for PowerShell.'],
    ['roles with both', { roles: ['Exchange.ManageAsAppV2', 'Exchange.ManageAsApp'] }, 'good',
      'This token can manage Exchange: it has Exchange.ManageAsApp and the directory role Exchange Administrator.'],
    ['scp and no roles', { ...delegatedClaims, scp: 'AdminApi.AccessAsUser.All' }, 'good',
      'This is a delegated token: connect as adele@contoso.com, and Exchange allows what that user’s roles allow.'],
    ['scp that opens nothing', { ...delegatedClaims, scp: 'User.Read' }, 'bad', 'This is a delegated token of adele@contoso.com without a scope that Exchange takes.'],
    ['wids with a role of the table', { wids: ['f2ef992c-3afb-46b9-b7cf-a126ee74c451'] }, 'good',
      'This token can read Exchange: it has Exchange.ManageAsApp and the directory role Global Reader.'],
    ['wids with Global Administrator', { wids: ['62e90394-69f5-4237-9190-012177145e10'] }, 'warning',
      'This token can manage Exchange: it has Exchange.ManageAsApp and the directory role Global Administrator.'],
    ['wids with two roles, of which the wider counts', { wids: ['f2ef992c-3afb-46b9-b7cf-a126ee74c451', '31392ffb-586c-42d1-9346-e59415a2cc4e'] }, 'good',
      'This token can manage recipients in Exchange: it has Exchange.ManageAsApp and the directory roles Global Reader and Exchange Recipient Administrator.'],
    ['wids that holds only the default access', { wids: [defaultAccessId] }, 'warning', 'No directory role in the token: access depends on Exchange’s own roles; the check will tell.'],
    ['no wids', { wids: undefined }, 'warning', 'No directory role in the token: access depends on Exchange’s own roles; the check will tell.'],
    ['wids with an unknown id', { wids: ['aaaaaaaa-0000-4000-8000-000000000001'] }, 'warning',
      'No directory role that Tenantry knows in the token: access depends on Exchange’s own roles; the check will tell.'],
    ['exp in the past', { exp: seconds - 720 }, 'bad', 'This token expired 12 minutes ago: Exchange refuses it.'],
    ['no exp', { exp: undefined }, 'bad', 'This token does not say when it expires, so Exchange does not take it.'],
    ['nbf in the future', { nbf: seconds + 7200 }, 'bad', 'This token is not valid before 2 hours have passed: a clock is wrong.'],
    ['nbf a minute ahead, as clocks are', { nbf: seconds + 60 }, 'good',
      'This token can manage Exchange: it has Exchange.ManageAsApp and the directory role Exchange Administrator.']
  ])('%s', (_, change, level, sentence) => {
    expect(explained(change).verdict).toMatchObject({ level, sentence })
  })

  it.each([
    ['a secret', { appidacr: '1' }, 'a client secret', /client secret is not named/, '2026-11-23'],
    ['a certificate', { appidacr: '2' }, 'a certificate', /supports signing in as an app with a certificate/, '2025-10-24'],
    ['a secret, as a token of version 2 says it', { appidacr: undefined, azpacr: '1' }, 'a client secret', /client secret is not named/, '2026-11-23'],
    ['nothing', { appidacr: '0' }, 'nothing: a public client, which can’t prove who it is', null, null],
    ['nobody knows what', { appidacr: undefined }, 'not said', null, null],
    ['a user’s password and phone', { ...delegatedClaims, scp: 'Exchange.Manage', amr: ['pwd', 'mfa'] }, 'password, multifactor authentication', /user’s token/, '2026-11-23']
  ])('tells that it was signed in with %s, and what Microsoft says of that as of which day', (_, change, words, support, asOf) => {
    const { facts, support: status } = explained(change)
    expect(facts).toContainEqual(expect.objectContaining({ name: 'Signed in with', value: words }))
    if (support === null) return expect(status).toBeNull()
    expect(status!.sentence).toMatch(support)
    expect(status!.link).toMatch(/^https:\/\/learn\.microsoft\.com\//)
    expect(status!.asOf).toBe(asOf)
  })

  it('names what stands out in the sentence, and only that', () => {
    for (const { verdict } of [explained(), explained({ wids: [] }), explained({ tid: otherTenantId }), explained({ roles: [] })]) {
      for (const name of verdict.names) expect(verdict.sentence).toContain(name)
    }
  })
})

type RoleRow = [name: string, id: string, exchange: string | null, compliance: string | null]

describe('the directory roles', () => {
  const rows: RoleRow[] = [
    ['Global Administrator', '62e90394-69f5-4237-9190-012177145e10', 'manage Exchange', 'manage Security & Compliance'],
    ['Exchange Administrator', '29232cdf-9323-42fd-ade2-1d097af3e4de', 'manage Exchange', null],
    ['Exchange Recipient Administrator', '31392ffb-586c-42d1-9346-e59415a2cc4e', 'manage recipients in Exchange', null],
    ['Global Reader', 'f2ef992c-3afb-46b9-b7cf-a126ee74c451', 'read Exchange', 'read Security & Compliance'],
    ['Helpdesk Administrator', '729827e3-9c14-49f7-bb1b-9608f156bbb8', 'do what Exchange’s Help Desk role group may', null],
    ['Security Administrator', '194ae4cb-b126-40b2-bd5b-6091b380977d', 'manage some security settings in Exchange', 'manage security settings in Security & Compliance'],
    ['Security Reader', '5d6b6bb7-de71-4623-b4af-96380a352509', 'read security settings in Exchange', 'read security settings in Security & Compliance'],
    ['Compliance Administrator', '17315797-102d-40b4-93e0-432062caca18', 'manage compliance settings in Exchange', 'manage compliance settings in Security & Compliance'],
    ['Directory Readers', '88d8e3e3-8f55-4a1e-953a-9b9898b8876b', null, null],
    ['Compliance Data Administrator', 'e6d1a23a-da11-4be4-9570-befc86d067a7', null, null],
    ['Security Operator', '5f2222b1-57c3-48ba-8ad5-d4759f1fde6f', null, null],
    ['User Administrator', 'fe930be7-5e62-47db-91af-98c3a49a38b1', null, null],
    ['Groups Administrator', 'fdd7a751-b60b-444a-984c-02652fe8fa1c', null, null],
    ['Reports Reader', '4a5d8f65-41da-4de4-8968-e035b65339cf', null, null],
    ['Application Administrator', '9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3', null, null],
    ['Cloud Application Administrator', '158c047a-c907-4556-b7ef-446551a6b5f7', null, null],
    ['Privileged Role Administrator', 'e8611ab8-c189-46e8-94e1-60213ab1f814', null, null],
    ['Teams Administrator', '69091246-20e8-4a56-aa4d-066075b2a7a8', null, null],
    ['SharePoint Administrator', 'f28a1f50-f6e7-4571-818b-6a12f2af6b6c', null, null],
    ['Exchange Backup Administrator', '49eb8f75-97e9-4e37-9b2b-6c3ebfcffa31', null, null]
  ]

  it('are all of these, and no id stands for two', () => {
    expect(directoryRoles.map(({ name }) => name)).toEqual(rows.map(([name]) => name))
    expect(new Set(directoryRoles.map(({ id }) => id)).size).toBe(rows.length)
  })

  it.each(rows)('%s', (name, id, exchange, compliance) => {
    const own = { exchange: 'Exchange’s own roles', compliance: 'the service’s own role groups' }
    const words = { exchange: 'Exchange', compliance: 'Security & Compliance' }
    for (const [service, can] of [['exchange', exchange], ['compliance', compliance]] as const) {
      // Ids are compared without regard to case.
      const { verdict, directoryRoles: shown } = explained({ wids: [id.toUpperCase(), defaultAccessId] }, { service })
      expect(shown).toMatchObject([{ name, id, state: 'assigned' }])
      if (can === null) {
        expect(verdict.level).toBe('warning')
        expect(verdict.sentence).toBe(`The directory role ${name} does not open ${words[service]}: access depends on ${own[service]}; the check will tell.`)
      } else {
        expect(verdict.level).toBe(name === 'Global Administrator' ? 'warning' : 'good')
        expect(verdict.sentence).toBe(`This token can ${can}: it has Exchange.ManageAsApp and the directory role ${name}.`)
        expect(shown[0]!.allows.toLowerCase()).toContain(can.toLowerCase())
      }
    }
  })

  it('never hold the default access, in whatever case', () => {
    for (const id of [defaultAccessId, defaultAccessId.toUpperCase()]) {
      const result = explained({ wids: [id] })
      expect(result.directoryRoles).toEqual([])
      expect(JSON.stringify({ ...result, claims: [], claimsJson: '' })).not.toMatch(/0997a1d0/i)
    }
  })

  it('that are unknown are shown by their id', () => {
    const id = 'aaaaaaaa-0000-4000-8000-000000000001'
    expect(explained({ wids: [id] }).directoryRoles).toEqual([{ name: id, id, allows: 'A role id that Tenantry does not know.', state: 'unknown', level: null }])
  })
})

describe('permissions and scopes', () => {
  it.each<[service: Service, resourceAppId: string, appRoleId: string, resource: string]>([
    ['exchange', '00000002-0000-0ff1-ce00-000000000000', 'dc50a0fb-09a3-484d-be87-e023b12c6440', 'Office 365 Exchange Online'],
    ['compliance', '00000007-0000-0ff1-ce00-000000000000', '455e5cd2-84e8-4751-8344-5672145dfa17', 'Microsoft Exchange Online Protection']
  ])('for %s are granted at their own resource', (service, resourceAppId, appRoleId, resource) => {
    expect(grantFor(service)).toMatchObject({ resource, resourceAppId, appRoleId })
    const { permissions, verdict } = explained({ aud: resourceAppId, roles: [] }, { service })
    expect(permissions).toMatchObject([{ name: 'Exchange.ManageAsApp', state: 'missing', level: 'bad' }])
    expect(verdict.next).toContain(resource)
  })

  it.each<[scope: string, opens: Service | null, words: RegExp]>([
    ['AdminApi.AccessAsUser.All', 'exchange', /admin service/],
    ['FfoPowerShell.AccessAsUser.All', 'compliance', /Security & Compliance PowerShell/],
    ['RemotePowerShell.AccessAsUser.All', 'exchange', /Exchange Online PowerShell/],
    ['Exchange.Manage', 'exchange', /manage Exchange’s configuration/],
    ['Exchange.ManageV2', null, /preview REST Admin API/],
    ['Mystery.Read', null, /no words for it/]
  ])('say in words what the scope %s allows', (scope, opens, words) => {
    for (const service of ['exchange', 'compliance'] as const) {
      const { scopes, verdict } = explained({ ...delegatedClaims, scp: scope }, { service })
      expect(scopes).toMatchObject([{ name: scope, state: 'consented', level: opens === service ? 'good' : null }])
      expect(scopes[0]!.allows).toMatch(words)
      expect(verdict.level).toBe(opens === service ? 'good' : 'bad')
    }
  })

  it('warn of what reaches mailboxes', () => {
    const { permissions, verdict } = explained({ roles: ['Exchange.ManageAsApp', 'full_access_as_app', 'Strange.Thing'] })
    expect(permissions.map(({ name, level }) => [name, level])).toEqual([['Exchange.ManageAsApp', 'good'], ['full_access_as_app', 'warning'], ['Strange.Thing', null]])
    expect(verdict.level).toBe('good')
  })
})

describe('the facts', () => {
  it('are the audience, tenant and app, by name where they have one', () => {
    const { facts, reminder } = explained({}, { nameOfTenant: (id) => (id === tenantId ? 'Contoso' : null), certificate: { thumbprint: '3F2A'.padEnd(40, '0'), notAfter: '2027-02-14T00:00:00Z' } })
    expect(facts.map(({ name, value, detail }) => [name, value, detail])).toEqual([
      ['Audience', 'Exchange Online, Microsoft 365 (worldwide)', 'https://outlook.office365.com'],
      ['Tenant', 'Contoso', tenantId],
      ['Acts as', 'the app itself', null],
      ['App', 'Exchange automation', null],
      ['App ID', '41c9a6b2-6f0e-4f8d-9d65-2f5c1fd207ee', null],
      ['Signed in with', 'a certificate', '3F2A'.padEnd(40, '0')],
      ['Certificate expires', '2027-02-14', null]
    ])
    expect(reminder).toBe('Exchange’s audit log will show the app “Exchange automation”, not the person who uses it.')
  })

  it('of a delegated token name the user', () => {
    const { facts, reminder } = explained({ ...delegatedClaims, scp: 'Exchange.Manage' })
    expect(facts).toContainEqual(expect.objectContaining({ name: 'Acts as', value: 'adele@contoso.com' }))
    expect(reminder).toBe('Exchange’s audit log will show adele@contoso.com.')
  })

  it('tell its life, from issue to renewal', () => {
    expect(explained({}, { renewsAt: now + 1000 }).life).toEqual({
      state: 'valid', issuedAt: now - 300_000, notBefore: now - 300_000, expiresOn: now + 3_900_000, renewsAt: now + 1000, judgedAt: now
    })
    expect(explained({ exp: seconds }).life.state).toBe('expired')
    expect(explained({ nbf: seconds + 1 }).life.state).toBe('not-yet')
    expect(explained({ exp: 'soon' }).life).toMatchObject({ state: 'unknown', expiresOn: null })
  })

  it('name claims in plain language, and mark the times', () => {
    const { claims, claimsJson } = explained({ xms_new_thing: { a: [1] }, constructor: 'x' })
    expect(claims).toContainEqual({ name: 'exp', meaning: 'Expires', value: String(seconds + 3900), at: now + 3_900_000 })
    expect(claims).toContainEqual({ name: 'roles', meaning: 'Application permissions', value: '["Exchange.ManageAsApp"]', at: null })
    expect(claims).toContainEqual({ name: 'xms_new_thing', meaning: null, value: '{"a":[1]}', at: null })
    expect(claims).toContainEqual({ name: 'constructor', meaning: null, value: 'x', at: null })
    expect(JSON.parse(claimsJson)).toEqual(JSON.parse(JSON.stringify(someClaims({ xms_new_thing: { a: [1] }, constructor: 'x' }))))
  })

  it('hold no token that stands inside of a claim, and no text that turns the line around', () => {
    const inner = `eyJ${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(43)}`
    const result = explained({ app_displayname: `App \u202e${inner}`, act: { [`k${inner}`]: [inner] } })
    expect(JSON.stringify(result)).not.toMatch(/b{60}|c{43}/)
    expect(JSON.stringify({ ...result, claimsJson: '' })).not.toContain('\u202e')
    expect(() => JSON.parse(result.claimsJson) as unknown).not.toThrow()
  })
})

describe('a token for Microsoft Graph', () => {
  it.each<[what: string, change: Record<string, unknown>, level: string, sentence: string]>([
    ['app', { roles: ['Organization.Read.All', 'User.Read.All'] }, 'good', 'This token can use Microsoft Graph with Organization.Read.All and User.Read.All.'],
    ['app with many', { roles: ['A', 'B', 'C', 'D', 'E', 'F', 'G'] }, 'good', 'This token can use Microsoft Graph with A, B, C, D, E and 2 more.'],
    ['app without permissions', { roles: undefined }, 'bad', 'This token carries no permission of Microsoft Graph: none is granted, or none has admin consent.'],
    ['delegated', { ...delegatedClaims, scp: 'User.Read' }, 'good', 'This token can use Microsoft Graph as adele@contoso.com with User.Read.'],
    ['for Exchange', { aud: resources.exchange }, 'bad', 'This token is for Exchange Online, Microsoft 365 (worldwide), not for Microsoft Graph: the scope or the cloud is wrong.']
  ])('%s', (_, change, level, sentence) => {
    expect(explained(change, { service: 'graph' }).verdict).toMatchObject({ level, sentence })
  })

  it('needs no directory role, and lacks no permission of Exchange', () => {
    const { permissions, directoryRoles } = explained({ roles: ['User.Read.All'] }, { service: 'graph' })
    expect(permissions).toEqual([{ name: 'User.Read.All', id: null, allows: 'Lets it read all users.', state: 'granted', level: 'good' }])
    expect(directoryRoles.map(({ level }) => level)).toEqual([null])
  })
})

describe('a token of which nothing is expected', () => {
  const pasted = (change: Record<string, unknown>) => explained(change, { tenantId: null, audience: null })

  it('is explained for the service that it is for', () => {
    expect(pasted({ tid: otherTenantId }).verdict.sentence).toMatch(/^This token can manage Exchange/)
    expect(pasted({ aud: resources.compliance }).verdict.sentence).toMatch(/^The directory role Exchange Administrator does not open Security & Compliance/)
    expect(pasted({ aud: 'https://outlook.office365.us', wids: [] }).verdict.sentence).toMatch(/^No directory role in the token/)
  })

  it('for another resource says which', () => {
    const { verdict, support, reminder } = pasted({ aud: '00000003-0000-0ff1-ce00-000000000000' })
    expect(verdict).toMatchObject({ level: 'warning', sentence: 'This token is for SharePoint Online: Exchange does not take it.' })
    expect([support, reminder]).toEqual([null, null])
  })
})
