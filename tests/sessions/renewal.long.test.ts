import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { SessionView } from '../../app/contract.ts'
import type { LoggedRequest } from '../../app/demo/state.ts'
import { engines } from '../engines.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

/*
 * Tokens of six seconds in real shells. The demo service refuses an old token one second after a new one was issued, and
 * its module never tries again. Where connecting anew beside four loops takes this machine longer than that, both are
 * longer: a session that takes its tokens between two commands could not be there in time. Where there are two engines, the real pwsh is the one that matters.
 */

const engine = engines.at(-1)!
const tokenLifeSeconds = 6
const renewals = 9
const folder = mkdtempSync(join(tmpdir(), 'tenantry-renewal-'))
const cores: CoreUnderTest[] = []
afterAll(async () => {
  await Promise.all(cores.map((core) => core.dispose()))
  rmSync(folder, { recursive: true, force: true })
})

afterEach(async () => {
  for (const under of cores) {
    for (const { id } of (await under.call('sessions.list', undefined)).sessions) await under.call('sessions.close', { id, force: true })
  }
})

async function start(outFolder = resolve('out')): Promise<CoreUnderTest> {
  const core = await startCore({ env: engine.env, outFolder })
  core.core.demo.refuseSuperseded(1_000)
  cores.push(core)
  return core
}

/** The build's output with one name in the stand-in module's DLL changed to another of the same length. */
function variant(name: string, changed: string): string {
  const out = join(folder, changed)
  cpSync(resolve('out/scripts'), join(out, 'scripts'), { recursive: true })
  cpSync(resolve('out/demo/ExchangeOnlineManagement'), join(out, 'demo/ExchangeOnlineManagement'), { recursive: true })
  const dll = join(out, 'demo/ExchangeOnlineManagement/Tenantry.Demo.ExchangeOnline.dll')
  // Names lie in the DLL's metadata as UTF-8 with a zero before and after.
  const [from, to] = [Buffer.from(`\0${name}\0`), Buffer.from(`\0${changed}\0`)]
  const bytes = readFileSync(dll)
  const at = bytes.indexOf(from)
  if (at < 0 || bytes.indexOf(from, at + 1) >= 0 || from.length !== to.length) throw new Error(`${name} is not once in the DLL`)
  to.copy(bytes, at)
  writeFileSync(dll, bytes)
  return out
}

interface OpenSession {
  id: string
  window: AttachedWindow
  view(): Promise<SessionView>
}

async function connect(under: CoreUnderTest, profile: string): Promise<OpenSession> {
  const { id } = await under.open(profile)
  const view = await under.until(id, ({ phase }) => phase === 'connected' || phase === 'failed')
  expect(view.failure).toBeNull()
  const window = await under.attach(id)
  await window.shows(/PS> /)
  return { id, window, view: () => under.until(id, () => true) }
}

/** What a core's services answered, beyond what their log has room for while loops ask all the time. */
class Tally {
  readonly refused: LoggedRequest[] = []
  readonly #issued: string[] = []
  #open: LoggedRequest[] = []

  /** Takes what the log has; what is not answered yet is looked at again. */
  take({ core }: CoreUnderTest): this {
    const requests = [...this.#open, ...core.demo.log]
    core.demo.clearLog()
    this.#open = requests.filter(({ status }) => status === 0)
    for (const { service, path, status, ...request } of requests) {
      if (service === 'login' && status === 200 && path.endsWith('/token')) this.#issued.push(path)
      if (service === 'exchange' && status === 401) this.refused.push({ service, path, status, ...request })
    }
    return this
  }

  issuedTo(tenantId: string): number {
    return this.#issued.filter((path) => path.includes(tenantId)).length
  }
}
const tallies = new Map<CoreUnderTest, Tally>()
function tallyOf(under: CoreUnderTest): Tally {
  const tally = tallies.get(under) ?? new Tally()
  tallies.set(under, tally)
  return tally.take(under)
}

/** Tokens that were issued for a tenant so far. */
const issued = (under: CoreUnderTest, tenant: number) => tallyOf(under).issuedTo(under.core.demo.tenants[tenant]!.tenantId)

/** A session that reconnects takes a new token, for all the sessions of its profile. */
async function takeNewToken(under: CoreUnderTest, tenant: number): Promise<void> {
  const { id } = await under.open(under.core.demo.tenants[tenant]!.name)
  await under.until(id, ({ canReconnect }) => canReconnect)
  const before = issued(under, tenant)
  await under.call('sessions.reconnect', { id, force: true })
  await until(() => issued(under, tenant) > before)
  await under.call('sessions.close', { id, force: true })
}

async function until(what: () => boolean | Promise<boolean>, patienceMs = 250_000): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${what.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe(`a session whose tokens live six seconds, on ${engine.name}`, () => {
  let under: CoreUnderTest
  let changed: CoreUnderTest
  beforeAll(async () => {
    under = await start()
    changed = await start(variant('tokeninfo', 'tokenhere'))
  })

  it('works on over nine renewals: loops, a pipeline, a failing token endpoint, and connecting anew', async () => {
    const stop = join(folder, 'stop')
    // Four loops without a pause leave the fifth session no processor to connect anew on within a token's six seconds.
    const pause = 'Start-Sleep -Milliseconds 100'
    const loop = (command: string) =>
      `$n = 0; try { while (-not (Test-Path '${stop}')) { $null = ${command} -ResultSize 1 -WarningAction SilentlyContinue -ErrorAction Stop; $n++; ${pause} }; "done $n" } catch { "broken after $n" + ": $_" }\r`
    const pipeline = `try { & { while (-not (Test-Path '${stop}')) { 1; ${pause} } } | ForEach-Object { Get-AcceptedDomain -ErrorAction Stop } | Measure-Object | ForEach-Object { "done $($_.Count)" } } catch { "broken: $_" }\r`
    for (const { core } of [under, changed]) core.demo.setTokenLife(3600)
    const [mailbox, exoMailbox, piped, away, anew] = await Promise.all([
      connect(under, 'Contoso demo'), connect(under, 'Contoso demo'), connect(under, 'Contoso demo'), connect(under, 'Fabrikam demo'), connect(changed, 'Contoso demo')
    ])
    mailbox.window.type(loop('Get-Mailbox'))
    exoMailbox.window.type(loop('Get-EXOMailbox'))
    piped.window.type(pipeline)
    away.window.type(loop('Get-Mailbox'))

    // One session types short commands: its module is another inside, so it connects anew before the next command.
    let typed = 0
    const answer = async () => {
      anew.window.type(`"answer $((Get-AcceptedDomain).Count) of " + ${++typed}\r`)
      await anew.window.shows(new RegExp(`answer \\d+ of ${typed}\\r`))
    }
    await takeNewToken(changed, 0)
    const began = performance.now()
    await answer()
    const anewMs = performance.now() - began
    changed.core.demo.refuseSuperseded(Math.max(1_000, anewMs))
    const lifeSeconds = Math.max(tokenLifeSeconds, Math.ceil((4 * anewMs) / 1000))
    console.log(`connecting anew took ${Math.round(anewMs)} ms; tokens of ${lifeSeconds} s`)

    for (const { core } of [under, changed]) core.demo.setTokenLife(lifeSeconds)
    await Promise.all([takeNewToken(under, 0), takeNewToken(under, 1), takeNewToken(changed, 0)])
    const first = { contoso: issued(under, 0), fabrikam: issued(under, 1), changed: issued(changed, 0) }
    const typing = (async () => {
      while (issued(changed, 0) < first.changed + renewals) await answer()
    })()

    await until(() => issued(under, 1) > first.fabrikam)
    const undo = under.core.demo.answerWith((request) => request.path.includes(under.core.demo.tenants[1]!.tenantId) && request.path.endsWith('/token'), { status: 503, body: 'down' })
    await under.until(away.id, ({ renewal }) => renewal?.state === 'failing')
    undo()

    await until(() => issued(under, 0) >= first.contoso + renewals && issued(under, 1) >= first.fabrikam + renewals)
    await typing
    writeFileSync(stop, '')
    for (const session of [mailbox, exoMailbox, piped, away]) {
      await session.window.shows(/(done|broken after) \d+/)
      expect(session.window.text).toMatch(/done \d+\r/)
      const { renewal, phase } = await session.view()
      expect(phase).toBe('connected')
      expect(renewal!.renewedAt).toBeGreaterThan(Date.now() - 2 * lifeSeconds * 1000)
    }
    expect(anew.window.text.match(/answer 2 of \d+\r/g)).toHaveLength(typed)
    expect((await anew.view()).renewal!.renewedAt).not.toBeNull()
    expect([under, changed].flatMap((core) => tallyOf(core).refused)).toEqual([])
  }, 300_000)

  it.each([401, 403])('takes a new token, past every cache, after a command that was refused with %i', async (status) => {
    under.core.demo.setTokenLife(3600)
    const { id, window } = await connect(under, 'Contoso demo')
    const before = issued(under, 0)
    under.core.demo.answerNext('Get-OrganizationConfig', { status, body: '' })
    window.type('Get-OrganizationConfig; "refused" + " once"\r')
    await window.shows(/refused once/)
    await under.until(id, ({ renewal }) => renewal?.state === 'fresh' && renewal.renewedAt !== null)
    expect(issued(under, 0)).toBe(before + 1)
    window.type('"named: $((Get-OrganizationConfig).Name)"\r')
    await window.shows(/named: \w/)
  })

  it('holds a command over an expired token until a fresh one is there, and gives it up at Ctrl+C', async ({ onTestFinished }) => {
    under.core.demo.setTokenLife(3600)
    const { id, window } = await connect(under, 'Contoso demo')
    under.core.demo.setTokenLife(tokenLifeSeconds)
    await takeNewToken(under, 0)
    const undo = under.core.demo.answerWith((request) => request.path.endsWith('/token'), { status: 503, body: 'down' })
    onTestFinished(undo)
    await under.until(id, ({ tokenExpiresOn }) => tokenExpiresOn! < Date.now())
    window.type('"given" + " up"\r')
    await window.shows(/renewing…/)
    window.text = ''
    window.type('\x03')
    await window.shows(/PS> /)
    await under.until(id, ({ busy }) => !busy)
    // Pasted in one go: the second line is there before anybody waits. The third is typed meanwhile.
    window.type('"held: $((Get-AcceptedDomain).Count)" + " domains"\r"then " + "this"\r')
    await window.shows(/renewing…/)
    window.type('"and " + "that"\r')
    expect(window.text).not.toContain('held: 2')
    undo()
    await window.shows(/held: 2 domains[^]*then this\r[^]*and that\r/)
    expect(window.text).not.toContain('given up\r')
  })

  it('does not hold a command where no fresh token will come, and says why', async ({ onTestFinished }) => {
    under.core.demo.setTokenLife(3600)
    const { id, window } = await connect(under, 'Fabrikam demo')
    under.core.demo.setTokenLife(tokenLifeSeconds)
    await takeNewToken(under, 1)
    const undo = under.core.demo.answerWith((request) => request.path.endsWith('/token'), {
      status: 401, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error: 'invalid_client', error_description: 'AADSTS7000222: The provided client secret keys for app are expired.' })
    })
    onTestFinished(undo)
    const { renewal } = await under.until(id, ({ renewal }) => renewal?.state === 'stopped')
    expect(renewal!.problem!.code).toBe('secret-expired')
    await under.until(id, ({ tokenExpiresOn }) => tokenExpiresOn! < Date.now())
    window.type('"not " + "held"\r')
    await window.shows(/The token could not be renewed: [^]*not held/)
  })
})

describe('a module whose inside is another', () => {
  it.each([
    ['its field has another name', 'tokeninfo', 'tokenhere'],
    ['the token’s type is missing', 'TokenInformation', 'TokenInformatics'],
    ['its provider is another one', 'ExternalAccessTokenProvider', 'ExternalAccessTokenProducer'],
    ['the new one can’t be read back', 'GetAuthHeader', 'GetAuthLeader']
  ])('keeps its token untouched where %s, and the session connects anew before the next command', async (_, name, changed) => {
    const under = await start(variant(name, changed))
    const { id, window } = await connect(under, 'Contoso demo')
    const go = join(folder, `go ${changed}`)
    window.type(
      "function Show-Token { [Microsoft.Exchange.Management.ExoPowershellSnapin.ConnectionContextFactory]::GetAllConnectionContexts() | ForEach-Object { $_.PowerShellTokenInfo.AuthorizationHeader.GetHashCode() } }\r"
    )
    window.type(`$before = Show-Token; "wait" + "ing"; while (-not (Test-Path '${go}')) { Start-Sleep -Milliseconds 50 }; "untouched: " + ("$(Show-Token)" -eq "$before")\r`)
    await window.shows(/waiting\r/)
    // Another session of the same profile that reconnects takes a new token for both.
    await takeNewToken(under, 0)
    await under.until(id, ({ renewal }) => renewal?.state === 'at-prompt')
    writeFileSync(go, '')
    await window.shows(/untouched: True/)
    window.type('"changed: $("$(Show-Token)" -ne "$before")," + " one: $(@(Show-Token).Count)"\r')
    await window.shows(/changed: True, one: 1/)
    const { renewal } = await under.until(id, ({ renewal }) => renewal?.state === 'fresh')
    expect(renewal!.renewedAt).not.toBeNull()
  })
})
