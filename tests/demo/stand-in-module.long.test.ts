import { resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildDemoModule } from '../../app/demo/build.mjs'
import { startDemo, type Demo } from '../../app/demo/service.ts'
import type { DemoApp, DemoTenant } from '../../app/demo/tenants.ts'
import wire from '../fixtures/wire-requests.json' with { type: 'json' }
import { fetchToken } from './exchange-client.ts'
import { describeOnMainEngine } from '../engines.ts'
import { openTerminal, runScript, type ShellOutput } from './shell.ts'

describeOnMainEngine('the stand-in module', (shell) => {
  let demo: Demo
  let tenant: DemoTenant
  let app: DemoApp
  let modulePath: string

  beforeAll(async () => {
    modulePath = (await buildDemoModule({ root: resolve(import.meta.dirname, '../..') })).modulePath
    demo = await startDemo()
    tenant = demo.tenants[0]!
    app = tenant.apps[0]!
  })
  afterAll(() => demo.dispose())
  beforeEach(() => demo.clearLog())

  const undo: Array<() => void> = []
  afterEach(() => undo.splice(0).forEach((step) => step()))

  /** Runs a script after the module was imported; `$token`, `$org` and `$url` are there, errors are shown as text. */
  async function run(script: string, options: { connect?: boolean; token?: string; parameters?: string } = {}): Promise<ShellOutput> {
    const token = options.token ?? (await fetchToken(demo, tenant, app))
    const connect = `Connect-ExchangeOnline -AccessToken $token -Organization $org -ConnectionUri $url -ShowBanner $false ${options.parameters ?? ''}`
    return runScript(shell, [
      `Import-Module '${modulePath}/ExchangeOnlineManagement.psd1'`,
      `$token = '${token}'; $org = '${tenant.domain}'; $url = '${demo.exchangeUrl}'; $complianceUrl = '${demo.complianceUrl}'`,
      ...(options.connect === false ? [] : [connect]),
      script
    ].join('\n'))
  }

  const requests = () => demo.log.filter((request) => request.service !== 'login')
  const headerNames = (headers: Record<string, unknown>) => Object.keys(headers).map((name) => name.toLowerCase()).sort()

  it('connects with the requests that Microsoft\'s module was recorded to send', async () => {
    const output = await run(
      'Connect-ExchangeOnline -AccessToken $token -Organization $org -ConnectionUri $url\nGet-ConnectionInformation | ForEach-Object { "$($_.State) $($_.TenantID) $($_.Organization) $($_.TokenStatus) $($_.TokenExpiryTimeUTC.Year)" }\n$null = Get-EXOMailbox -ResultSize 2',
      { connect: false }
    )
    expect(output.text).toContain('This is Contoso demo')
    expect(output.text).toContain(`Connected ${tenant.tenantId} ${tenant.domain} Active 9999`)
    const sent = requests().slice(-4)
    const recorded = wire.requests.slice(0, 4)
    expect(sent.map((request) => request.path)).toEqual(recorded.map((request) => request.path.replaceAll('11111111-2222-3333-4444-555555555555', tenant.tenantId)))
    sent.forEach((request, index) => expect(headerNames(request.headers)).toEqual(headerNames(recorded[index]!.headers)))
    expect(sent[3]!.headers).toMatchObject({ prefer: 'odata.maxpagesize=2;', 'x-anchormailbox': `UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${tenant.domain}` })
    expect(new Set(sent.filter((request) => 'connection-id' in request.headers).map((request) => request.headers['connection-id'])).size).toBe(1)
  })

  it('shows three mailboxes for Get-EXOMailbox -ResultSize 3', async () => {
    const { lines } = await run('Get-EXOMailbox -ResultSize 3 -WarningAction SilentlyContinue | ForEach-Object { "$($_.DisplayName) <$($_.PrimarySmtpAddress)> $($_.Identity)" }')
    expect(lines).toEqual(tenant.directory.mailboxes.slice(0, 3).map((mailbox) => `${mailbox.displayName} <${mailbox.primaryAddress}> ${mailbox.alias}`))
  })

  it('takes 1,500 mailboxes in exactly two pages', async () => {
    const { lines } = await run('(Get-Mailbox -ResultSize Unlimited | Measure-Object).Count\n"first:"\nforeach ($mailbox in Get-Mailbox -ResultSize 1) { $mailbox.ProhibitSendQuota; $mailbox.WhenCreated.GetType().Name; @($mailbox.EmailAddresses).Count }')
    expect(lines.filter((line) => !line.startsWith('WARNING'))).toEqual(['1500', 'first:', '99 GB (106,300,440,576 bytes)', 'DateTime', '2'])
    const pages = requests().filter((request) => request.cmdletName === 'Get-Mailbox').slice(0, 2)
    expect(pages.map((request) => [request.method, request.page, request.headers['prefer'], request.headers['x-responseformat'], request.token?.tid])).toEqual([
      ['POST', 1, 'odata.maxpagesize=1000', 'json', tenant.tenantId],
      ['POST', 2, 'odata.maxpagesize=1000', 'json', tenant.tenantId]
    ])
    expect(pages[0]!.headers['x-anchormailbox']).toBe(`APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${tenant.tenantId}`)
  })

  it('asks for no second page where a pipeline has enough of the first', async () => {
    const { lines } = await run('(Get-Mailbox -ResultSize Unlimited | Select-Object -First 2).Count')
    expect(lines).toEqual(['2'])
    expect(requests().filter((request) => request.cmdletName === 'Get-Mailbox')).toHaveLength(1)
  })

  it('takes mailboxes from the pipeline', async () => {
    const { lines } = await run('(Get-EXOMailbox -ResultSize 2 -WarningAction SilentlyContinue | Get-EXOMailboxFolderStatistics | Measure-Object).Count\n(Get-Mailbox -ResultSize 2 -WarningAction SilentlyContinue | Get-MailboxStatistics).DisplayName')
    expect(lines).toEqual(['34', ...tenant.directory.mailboxes.slice(0, 2).map((mailbox) => mailbox.displayName)])
  })

  it('changes nothing with -WhatIf, and does what it is told with -Confirm:$false', async () => {
    const { alias } = tenant.directory.mailboxes[7]!
    const output = await run(`Set-Mailbox ${alias} -CustomAttribute2 planned -WhatIf
      "[$((Get-Mailbox ${alias}).CustomAttribute2)]"
      Set-Mailbox ${alias} -CustomAttribute2 done -EmailAddresses @{ Add = 'extra@contoso.example' } -Confirm:$false
      "[$((Get-Mailbox ${alias}).CustomAttribute2)]"
      (New-Mailbox -Name 'Made Here' -Shared -Confirm:$false).PrimarySmtpAddress
      Remove-Mailbox madehere -WhatIf
      (Get-Mailbox madehere).Name
      Remove-Mailbox madehere -Confirm:$false
      Get-Mailbox madehere`)
    expect(output.text).toMatch(new RegExp(`What if: Performing the operation "Set-Mailbox" on target "${alias}"\\.`))
    expect(output.text).toMatch(/\[\]\s[\s\S]*\[done\]\s[\s\S]*madehere@contoso\.example/)
    expect(output.text).toContain('What if: Performing the operation "Remove-Mailbox" on target "madehere".')
    expect(output.text).toContain("object 'madehere' couldn't be found")
    expect(tenant.directory.find(alias)!.changes['EmailAddresses']).toContain('smtp:extra@contoso.example')
  })

  it('shows errors as Microsoft\'s module does, and lets them be caught', async () => {
    const output = await run(`Get-Mailbox nobody\ntry { Get-Mailbox nobody -ErrorAction Stop; 'not caught' } catch { "caught: $($_.Exception.Message)" }`)
    // The console breaks lines at its width.
    expect(output.text.replace(/\s+/g, ' ')).toContain('Write-ErrorMessage: Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|The operation couldn\'t be performed because object \'nobody\'')
    expect(output.text).toContain('caught: Ex6F9304|')
  })

  it('formats a mailbox as Exchange does', async () => {
    const { lines } = await run('Get-Mailbox -ResultSize 1 -WarningAction SilentlyContinue')
    expect(lines[0]).toMatch(/^Name\s+Alias\s+Database\s+ProhibitSendQuota\s+ExternalDirectoryObjectId$/)
    expect(lines[2]).toContain(tenant.directory.mailboxes[0]!.guid)
  })

  it('brings only the cmdlets that -CommandName names, under its -Prefix', async () => {
    const { lines } = await run('Get-Command -Name Get-DemoMailbox, Get-DemoAcceptedDomain | ForEach-Object Name\n@(Get-Command -Name Set-DemoMailbox -ErrorAction Ignore).Count', { parameters: "-CommandName Get-Mailbox, 'Get-Accepted*' -Prefix Demo" })
    expect(lines).toEqual(['Get-DemoMailbox', 'Get-DemoAcceptedDomain', '0'])
    expect(requests()[0]!.commandName).toBe('Get-Mailbox,Get-Accepted*')
  })

  it('connects to Security & Compliance through its redirect', async () => {
    const { lines } = await run('Connect-IPPSSession -AccessToken $token -Organization $org -ConnectionUri $complianceUrl\n(Get-RetentionCompliancePolicy | Measure-Object).Count\n(Get-ConnectionInformation).IsEopSession', { connect: false })
    expect(lines).toEqual(['2', 'True'])
    expect(requests().slice(0, 2).map((request) => [request.service, request.status, request.host])).toEqual([
      ['compliance', 302, 'ps.compliance.protection.tenantry-demo.invalid'],
      ['compliance', 200, 'eur01b.ps.compliance.protection.tenantry-demo.invalid']
    ])
  })

  it('disconnects: the cmdlets go with their folder, and Get-EXO* keeps its token', async () => {
    const { lines } = await run(`$folder = [IO.Path]::GetDirectoryName((Get-ConnectionInformation).ModuleName + '/x')
      Disconnect-ExchangeOnline -Confirm:$false
      @(Get-Command Get-Mailbox -ErrorAction Ignore).Count
      [IO.Directory]::Exists($folder)
      @(Get-ConnectionInformation).Count
      @(Get-EXOMailbox -ResultSize 1 -WarningAction SilentlyContinue).Count
      [Microsoft.Exchange.Management.AdminApiProvider.AppSettings]::TokenProvider = $null
      Get-EXOMailbox -ResultSize 1`)
    expect(lines.slice(0, 4)).toEqual(['0', 'False', '0', '1'])
    expect(lines.join(' ')).toContain('You must call the Connect-ExchangeOnline cmdlet')
  })

  describe('says what is wrong', () => {
    const failing = async (script: string, options: Parameters<typeof run>[1] = {}) => (await run(`try { ${script} } catch { "FAILED: $($_.Exception.Message)" }`, { connect: false, ...options })).text
    const connect = 'Connect-ExchangeOnline -AccessToken $token -Organization $org -ConnectionUri $url -ShowBanner $false'
    const tokenOf = (behaviour: string) => fetchToken(demo, tenant, tenant.apps.find((candidate) => candidate.behaviour === behaviour)!)
    const answerModuleFile = (answer: { status: number; body?: string; headers?: Record<string, string> }) => undo.push(demo.answerWith('EXOModuleFile', answer))

    it('with a 401: UnAuthorized', async () => {
      expect(await failing(connect, { token: await tokenOf('noPermission') })).toContain('FAILED: UnAuthorized')
    })

    it('with a 403 that says why', async () => {
      expect(await failing(connect, { token: await tokenOf('noRole') })).toMatch(/FAILED: The role assigned to application [0-9a-f-]{36} isn't supported in this scenario/)
    })

    it('with an empty 403', async () => {
      answerModuleFile({ status: 403 })
      expect(await failing(connect)).toContain('FAILED: Module could not be correctly formed. Please run Connect-ExchangeOnline again.')
    })

    it('with HTML in the answer\'s place', async () => {
      answerModuleFile({ status: 503, body: '<html><body>503</body></html>' })
      expect(await failing(connect)).toContain('FAILED: Unexpected character encountered while parsing value: <.')
    })

    it('with a 429, and asks once only', async () => {
      expect(await failing(connect, { token: await tokenOf('throttled') })).toContain('FAILED: Response status code does not indicate success: 429 (Too Many Requests). Retry after 5 seconds.')
      expect(requests()).toHaveLength(1)
    })

    it('with nobody listening', async () => {
      expect(await failing(connect.replace('$url', "'http://127.0.0.1:1'"))).toMatch(/FAILED: .*Connection refused/)
    })

    it('with what is no token, no tenant\'s name, or two ways of signing in', async () => {
      expect(await failing(connect, { token: 'nonsense' })).toContain('not a valid JWT')
      expect(await failing('Connect-ExchangeOnline -AccessToken $token -ConnectionUri $url')).toContain('needs one of -Organization')
      expect(await failing(`${connect} -CertificateThumbprint 00`)).toContain("can't be used together")
      expect(await failing(connect.replace('$url', "'http://outlook.office365.com'"))).toContain('must be https')
    })

    it('when the token is refused later: once for each cmdlet, never again by itself', async () => {
      const output = await run(`$ready = $true
        Get-EXOMailbox -ResultSize 1
        Get-AcceptedDomain
        try { Get-ConnectionInformation } catch { "information: $($_.Exception.Message)" }`, {
        token: (undo.push(demo.answerWith(/Mailbox$|InvokeCommand|basicinfo/, { status: 401 })), await fetchToken(demo, tenant, app))
      })
      expect(output.text).toContain('Error while querying REST service. HttpStatusCode=401 ErrorMessage=Unauthorized')
      expect(output.text).toContain('UnAuthorized')
      expect(output.text).toContain('information: Error to log cannot be null/empty')
      expect(requests().filter((request) => request.status === 401)).toHaveLength(3)
    })
  })

  it('fails the same cmdlet once the service has stopped', async () => {
    const running = run('(Get-AcceptedDomain | Measure-Object).Count\nwhile (-not $failed) { try { $null = Get-AcceptedDomain -ErrorAction Stop; [System.Threading.Thread]::Sleep(50) } catch { $failed = $_.Exception.Message } }\n"then: $failed"')
    await vi.waitUntil(() => requests().some((request) => request.cmdletName === 'Get-AcceptedDomain'), { timeout: 30_000 })
    await demo.stop()
    const { text } = await running
    await demo.start()
    expect(text).toMatch(/^2$/m)
    expect(text).toMatch(/then: .*(refused|reset|ended|closed|error occurred)/i)
  })

  it('gives the prompt back at Ctrl+C while a request is waiting, and goes on working', async () => {
    const terminal = await openTerminal(shell, [
      `Import-Module '${modulePath}/ExchangeOnlineManagement.psd1'`,
      `Connect-ExchangeOnline -AccessToken '${await fetchToken(demo, tenant, app)}' -Organization '${tenant.domain}' -ConnectionUri '${demo.exchangeUrl}' -ShowBanner $false`,
      "'connected' + '.'"
    ].join('\n'))
    undo.push(() => terminal.close(), () => demo.setLatency(0))
    await terminal.shows('connected.')
    demo.setLatency(40_000)
    terminal.type('Get-AcceptedDomain; "never" + " here"\r')
    // The request has arrived when the service holds it back; nothing is logged before its answer.
    await new Promise((done) => setTimeout(done, 1500))
    terminal.type('\x03')
    terminal.type("'prompt' + ' is back'\r")
    await terminal.shows('prompt is back')
    demo.setLatency(0)
    terminal.type('"$(@(Get-AcceptedDomain).Count) domains"\r')
    await terminal.shows('2 domains')
    expect(terminal.text()).not.toContain('never here')
  })

  it('has its token replaced through the types and members that a renewal finds it by', async () => {
    const first = await fetchToken(demo, tenant, app)
    const second = await fetchToken(demo, tenant, app)
    const { lines } = await run(`
      $context = [Microsoft.Exchange.Management.ExoPowershellSnapin.ConnectionContextFactory]::GetAllConnectionContexts()[0]
      $provider = $context.TokenProvider
      $provider.GetType().Name
      $field = $provider.GetType().GetField('tokeninfo', [System.Reflection.BindingFlags]'NonPublic, Instance')
      $field.IsPrivate
      $old = $provider.GetValidTokenFromCache('')
      $new = [Microsoft.Exchange.Management.AdminApiProvider.Authentication.TokenInformation]::Create($old.UserPrincipalName, 'Bearer ${second}', $old.TenantId, [DateTimeOffset]'2031-05-06T07:08:09Z')
      $null = Get-AcceptedDomain
      $field.SetValue($provider, $new)
      $context.GetAuthHeader('', '').AuthorizationHeader -eq 'Bearer ${second}'
      [object]::ReferenceEquals($provider, [Microsoft.Exchange.Management.AdminApiProvider.AppSettings]::TokenProvider)
      $null = Get-AcceptedDomain
      $null = Get-EXOMailbox -ResultSize 1 -WarningAction SilentlyContinue
      (Get-ConnectionInformation).TokenExpiryTimeUTC.Year`, { token: first })
    expect(lines).toEqual(['ExternalAccessTokenProvider', 'True', 'True', 'True', '2031'])
    const utis = requests().map((request) => request.token!.tokenUti)
    expect(utis).toHaveLength(5)
    expect([utis[0] === utis[1], utis[1] === utis[2], utis[2] === utis[3], utis[3] === utis[4]]).toEqual([true, false, true, true])
  })
})
