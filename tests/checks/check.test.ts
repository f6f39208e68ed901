import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { HttpRequest } from '../../app/adapters.ts'
import { checkStepIds } from '../../app/contract.ts'
import { aPowerShell, startChecks, type Around } from './demo-checks.ts'

const checks = await startChecks()
const { demo, check } = checks
afterAll(() => demo.dispose())
beforeEach(() => demo.clearLog())

const contoso = demo.tenants[0]!
const healthy = contoso.apps[0]!
const afterSignIn = ['permission', 'role', 'connect', 'probe', 'management']
const afterConnect = ['probe', 'management']

describe('where all is well', () => {
  it('every step is green and has its time', async () => {
    const { steps, those, summary } = await check('Contoso demo')
    expect(those('good')).toEqual([...checkStepIds])
    for (const { id, milliseconds, evidence } of steps) {
      expect(milliseconds, id).toBeGreaterThanOrEqual(0)
      expect(evidence, id).toMatch(/\.$/)
    }
    expect(summary).toBe('All is well: a session can connect.')
  })

  it('says what it saw: tenant, credential, roles and domains', async () => {
    const { step } = await check('Contoso demo')
    expect(step('tenant').evidence).toBe(`contosodemo.onmicrosoft.com is ${contoso.tenantId}, Demo, on this machine.`)
    expect(step('sign-in').evidence).toMatch(/^Client secret accepted; the new token lives 6\d minutes\.$/)
    expect(step('role').evidence).toBe('Exchange Administrator can manage Exchange; Compliance Administrator can manage compliance settings in Exchange.')
    expect(step('connect').evidence).toContain('(EXOModuleFile, for Get-AcceptedDomain alone, without a shell)')
    expect(step('probe').evidence).toBe('It answered 2 domains, contosodemo.onmicrosoft.com among them.')
    expect(step('management').evidence).toBe('The app has 7 management roles of its own. The tenant has 2 management scopes; none limits the app.')
    expect(step('management').details).toContain('Mail Recipients: in the whole organization')
  })

  it('says when the credential ends, where that is known', async () => {
    const notAfter = new Date(Date.now() + 9.5 * 86_400_000).toISOString()
    const { step } = await check('Contoso demo', { signIn: { secretEnd: { notAfter, source: 'graph' } } })
    expect(step('sign-in').evidence).toContain(`Client secret accepted; it expires ${notAfter.slice(0, 10)}, in 9 days; `)
    const over = await check('Contoso demo', { signIn: { secretEnd: { notAfter: null, source: 'refused' } } })
    expect(over.step('sign-in').evidence).not.toContain('expires')
  })

  it('tells each step as it comes: waiting, then running, then what came of it', async () => {
    const run = randomUUID()
    const { events, steps } = await check('Contoso demo', { run })
    expect(events.every((event) => event.run === run)).toBe(true)
    for (const step of steps) {
      const seen = events.filter((event) => event.step.id === step.id).map((event) => event.step)
      expect(seen.map(({ state }) => state)).toEqual(['waiting', 'running', 'good'])
      expect(seen.at(-1)).toEqual(step)
    }
  })

  it('takes a new token each time, and keeps none', async () => {
    const before = checks.taken.length
    await check('Contoso demo')
    await check('Contoso demo')
    expect(new Set(checks.taken.slice(before)).size).toBe(2)
    const { id: profileId, tenantId, signInId } = checks.profileOf('Contoso demo')
    expect(checks.broker.current({ profileId, tenantId, signInId, clientId: healthy.clientId, cloud: checks.cloud() }, 'exchange')).toBeNull()
  })

  it('checks Security & Compliance at its region, by its own probe', async () => {
    const { those, step } = await check('Contoso demo', { service: 'compliance' })
    expect(those('bad')).toEqual([])
    expect(those('skipped')).toEqual([])
    expect(step('management').evidence).toMatch(/^The app is a member of none of the \d+ role groups; what it may do comes from Compliance Administrator\.$/)
    expect(step('probe').title).toBe('Get-RetentionCompliancePolicy works')
    expect(demo.log.filter(({ path }) => path.includes('EXOModuleFile')).map(({ status, host }) => [status, host.split('.')[0]])).toEqual([[302, 'ps'], [200, 'eur01b']])
    expect(demo.log.find(({ cmdletName }) => cmdletName === 'Get-RetentionCompliancePolicy')).toMatchObject({ host: expect.stringMatching(/^eur01b\./) as string, status: 200 })
  })
})

describe('Microsoft Graph', () => {
  it('is checked by its own permission, module and probe', async () => {
    const { those, step } = await check('Contoso demo', { service: 'graph', cloud: { modulePaths: {} } })
    expect([those('bad'), those('warning')]).toEqual([[], []])
    expect(those('skipped')).toEqual(['role', 'management'])
    expect(step('module').title).toBe('Microsoft.Graph.Authentication 2.25.0')
    expect(step('permission').evidence).toBe('This token can use Microsoft Graph with Organization.Read.All, User.Read.All and Application.Read.All.')
    expect(step('probe')).toMatchObject({ title: 'GET /organization works', evidence: `Microsoft Graph says that this is ${contoso.tenantId}.` })
  })

  it('says which permission to grant where the token has none', async () => {
    const { those, step } = await check('Demo: no permission', { service: 'graph' })
    expect(those('bad')).toEqual(['permission'])
    expect(step('permission').fixes.at(-1)!.commands).toContain('498476ce-e0fe-48b0-b801-37ba7e2685c6')
  })

  it('goes on where the app may not read the organization', async () => {
    const before = healthy.graphRoles
    healthy.graphRoles = ['User.Read.All']
    const { those, step } = await check('Contoso demo', { service: 'graph' }).finally(() => (healthy.graphRoles = before))
    expect([those('bad'), those('warning')]).toEqual([[], ['probe']])
    expect(step('probe').evidence).toMatch(/^Insufficient privileges/)
  })

  it('offers its module where it is missing', async () => {
    const { those, step } = await check('Contoso demo', { service: 'graph', cloud: { modulePaths: {} }, powershell: { found: { ...aPowerShell, modules: { ExchangeOnlineManagement: ['3.9.0'] } } } })
    expect(those('bad')).toEqual(['module'])
    expect(step('module').fixes[0]!.commands).toBe('Install-Module Microsoft.Graph.Authentication -Scope CurrentUser')
  })
})

describe('a profile with remote PowerShell', () => {
  const connectionUri = 'https://outlook.tenantry-demo.invalid/PowerShell-LiveId'
  const remote: Around = {
    profile: { remotePowerShell: { connectionUri, allowRedirection: false } },
    platform: 'win32',
    cloud: { modulePaths: {} },
    powershell: { found: { ...aPowerShell, modules: {} } },
    answer: ({ url }) => (new URL(url).host === new URL(connectionUri).host ? { status: 404, headers: {}, body: '' } : null)
  }

  it('is checked for where it leads and needs no module; what only a session can try is said, and no token goes there', async () => {
    const sent: HttpRequest[] = []
    const { those, step, summary } = await check('Contoso demo', { ...remote, answer: (request) => (sent.push(request), remote.answer!(request)) })
    expect([those('bad'), those('warning'), those('skipped')]).toEqual([[], [], ['connect', 'probe', 'management']])
    expect(step('service').evidence).toBe('outlook.tenantry-demo.invalid answers over TLS.')
    expect(step('module').title).toBe('No module needed')
    expect(step('connect').evidence).toMatch(/^Skipped: only a session can try it\. Microsoft switched it off .* October 2023/)
    expect(summary).toBe('Nothing stands in the way as far as the check can look. Not tried: Connection over remote PowerShell.')
    expect(sent.filter(({ url }) => !url.includes('login.')).map(({ url, headers }) => [url, headers.Authorization])).toEqual([['https://outlook.tenantry-demo.invalid/', undefined]])
    expect(demo.log.some(({ service }) => service === 'exchange')).toBe(false)
  })

  it('is told where it leads elsewhere, and where it can’t run', async () => {
    const elsewhere = await check('Contoso demo', { ...remote, profile: { remotePowerShell: { connectionUri: 'https://elsewhere.example/', allowRedirection: false } } })
    expect(elsewhere.those('bad')).toEqual(['service'])
    expect(elsewhere.step('service').evidence).toMatch(/leads to elsewhere\.example/)
    const onLinux = await check('Contoso demo', { ...remote, platform: 'linux' })
    expect(onLinux.those('bad')).toEqual(['connect'])
    expect(onLinux.step('connect').evidence).toMatch(/needs Windows/)
  })
})

describe('the tenant is left as it is', () => {
  const reading = ['Get-AcceptedDomain', 'Get-RetentionCompliancePolicy', 'Get-ManagementRoleAssignment', 'Get-ManagementScope', 'Get-RoleGroup']

  it.each(['Contoso demo', 'Demo: no permission', 'Demo: no role', 'Demo: expired secret', 'Demo: throttled'])('%s: it sends GETs, asks for tokens, and runs reading cmdlets alone', async (name) => {
    for (const service of ['exchange', 'compliance', 'graph'] as const) await check(name, { service })
    expect(demo.log.length).toBeGreaterThan(0)
    for (const { service, method, path, cmdletName } of demo.log) {
      if (method === 'GET') continue
      expect(method).toBe('POST')
      if (service === 'login') expect(path).toMatch(/\/oauth2\/v2\.0\/token$/)
      else {
        expect(path).toMatch(/\/InvokeCommand$/)
        expect(reading).toContain(cmdletName)
      }
    }
  })
})

describe('each failing app is told by the step that is missing', () => {
  it('no permission', async () => {
    const { those, step, summary } = await check('Demo: no permission')
    expect(those('bad')).toEqual(['permission'])
    expect(those('warning')).toEqual([])
    expect(those('skipped')).toEqual(['connect', ...afterConnect])
    expect(step('connect').evidence).toBe('Skipped: it needs “Exchange.ManageAsApp granted”, which failed.')
    const app = contoso.apps.find(({ name }) => name === 'Demo: no permission')!
    expect(step('permission').fixes.at(-1)!.commands).toBe(
      [
        'if (Get-MgContext) { $null = Disconnect-MgGraph }',
        `Connect-MgGraph -TenantId ${contoso.tenantId} -Scopes Application.Read.All, AppRoleAssignment.ReadWrite.All`,
        `$resource = Get-MgServicePrincipal -Filter "appId eq '00000002-0000-0ff1-ce00-000000000000'"`,
        `New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId ${app.objectId} -PrincipalId ${app.objectId} -ResourceId $resource.Id -AppRoleId dc50a0fb-09a3-484d-be87-e023b12c6440`
      ].join('\n')
    )
    expect(summary).toBe('This is what stands in the way: Exchange.ManageAsApp is not granted.')
  })

  it('no role: amber in the token, red only when Exchange says 403, with both ways out', async () => {
    const { those, step } = await check('Demo: no role')
    expect(those('bad')).toEqual(['connect'])
    expect(those('warning')).toEqual(['role'])
    expect(those('skipped')).toEqual(afterConnect)
    const app = contoso.apps.find(({ name }) => name === 'Demo: no role')!
    const { title, fixes, details } = step('connect')
    expect(title).toBe('Exchange answered 403: the app has no role')
    expect(details[0]).toMatch(/^Exchange said: The role assigned to application/)
    expect(fixes.map(({ commands }) => commands!.split('\n'))).toEqual([
      expect.arrayContaining([`New-MgRoleManagementDirectoryRoleAssignment -PrincipalId ${app.objectId} -RoleDefinitionId f2ef992c-3afb-46b9-b7cf-a126ee74c451 -DirectoryScopeId '/'`]) as string[],
      [`New-ServicePrincipal -AppId ${app.clientId} -ObjectId ${app.objectId} -DisplayName 'Tenantry'`, `New-ManagementRoleAssignment -App ${app.objectId} -Role 'View-Only Configuration'`]
    ])
  })

  it('an expired secret', async () => {
    const { those, step } = await check('Demo: expired secret')
    expect(those('bad')).toEqual(['sign-in'])
    expect(those('warning')).toEqual([])
    expect(those('skipped')).toEqual(afterSignIn)
    expect(step('sign-in').evidence).toBe('The client secret has expired (AADSTS7000222).')
    expect(step('sign-in').fixes.at(-1)!.commands).toContain('Add-MgApplicationPassword')
    expect(step('probe').evidence).toMatch(/^Skipped: it needs “Connection to Exchange”, which was skipped\.$/)
  })

  it('throttled', async () => {
    const { those, step } = await check('Demo: throttled')
    expect(those('bad')).toEqual(['connect'])
    expect(those('skipped')).toEqual(afterConnect)
    expect(step('connect').evidence).toMatch(/asked too often at the moment \(429\)\. It asks to wait 5 s\.$/)
  })

  it.each([
    [7000215, 'sign-in', 'Add-MgApplicationPassword'],
    [700016, 'sign-in', `https://login.tenantry-demo.invalid/${contoso.tenantId}/adminconsent?client_id=${healthy.clientId}`],
    [65001, 'sign-in', 'adminconsent'],
    [700027, 'sign-in', 'KeyCredentials']
  ] as const)('AADSTS%i', async (code, id, command) => {
    healthy.failWith = code
    const { those, step } = await check('Contoso demo').finally(() => (healthy.failWith = null))
    expect(those('bad')).toEqual([id])
    expect(step(id).evidence).toContain(`AADSTS${code}`)
    expect(step(id).fixes.map(({ commands }) => commands).join()).toContain(command)
  })
})

describe('PowerShell and the module', () => {
  const microsofts = { modulePaths: {} }
  const having = (change: Partial<Record<keyof typeof aPowerShell, unknown>>): Around => ({ cloud: microsofts, powershell: { found: { ...aPowerShell, modules: { ExchangeOnlineManagement: ['3.9.0'] }, ...change } as never } })

  it.each<[string, Around, Partial<Record<'powershell' | 'module', RegExp>>]>([
    ['no PowerShell', { powershell: { found: null, reason: 'missing' } }, { powershell: /No PowerShell was found/ }],
    ['one that is too old for all', { powershell: { found: null, reason: 'too-old', path: '/usr/bin/pwsh', version: '7.2.1' } }, { powershell: /7\.2\.1 is too old/ }],
    ['the stand-in for Microsoft’s module', having({ standIn: true }), { powershell: /stand-in engine can’t run/ }],
    ['one that is too old for the only module', having({ version: '7.4.6', modules: { ExchangeOnlineManagement: ['3.10.1'] } }), { powershell: /3\.10\.1 needs PowerShell 7\.6 or later/ }],
    ['no module', having({ modules: { ExchangeOnlineManagement: [] } }), { module: /is not installed for this PowerShell/ }],
    ['a module that takes no token', having({ modules: { ExchangeOnlineManagement: ['3.0.0'] } }), { module: /needs version 3\.1\.0 or later/ }],
    ['a module without eDiscovery’s sessions', { ...having({ modules: { ExchangeOnlineManagement: ['3.8.0'] } }), service: 'compliance', profile: { searchOnlySession: true }, platform: 'win32' }, { module: /-EnableSearchOnlySession needs ExchangeOnlineManagement 3\.9\.0 or later/ }],
    ['a pinned version that is not there', { ...having({}), profile: { moduleVersion: '3.5.1' } }, { module: /asks for is not installed/ }]
  ])('%s', async (_, around, expected) => {
    const { those, step } = await check('Contoso demo', around)
    const [id, sentence] = Object.entries(expected)[0] as ['powershell' | 'module', RegExp]
    expect(those('bad')).toEqual([id])
    expect(step(id).evidence).toMatch(sentence)
    expect(step(id).fixes.length).toBeGreaterThan(0)
    expect(those('skipped')).toEqual(id === 'powershell' ? ['module'] : [])
  })

  it.each([
    ['7.6.5', 'Core', ['3.10.1', '3.9.0'], '3.10.1'],
    ['7.4.6', 'Core', ['3.10.1', '3.9.0'], '3.9.0'],
    ['5.1.26100.1', 'Desktop', ['3.10.1'], '3.10.1']
  ])('PowerShell %s (%s) takes the newest module that it can run', async (version, edition, moduleVersions, taken) => {
    const { those, step } = await check('Contoso demo', having({ version, edition, modules: { ExchangeOnlineManagement: moduleVersions } }))
    expect(those('bad')).toEqual([])
    expect(step('module').title).toBe(`ExchangeOnlineManagement ${taken}`)
  })
})
