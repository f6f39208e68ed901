import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LoggedRequest } from '../../app/demo/state.ts'
import { describeOnMainEngine } from '../engines.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

const systemMailbox = 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}'

describeOnMainEngine('two sessions side by side, on the wire', ({ env }) => {
  let under: CoreUnderTest
  let sessions: Array<{ id: string; tenantId: string; organization: string; window: AttachedWindow }>
  let log: LoggedRequest[]
  beforeAll(async () => {
    under = await startCore({ env })
    const opened = await Promise.all(['Contoso demo', 'Fabrikam demo'].map((name) => under.open(name)))
    const views = await Promise.all(opened.map(({ id }) => under.until(id, ({ tenant }) => tenant.proof === 'proven')))
    sessions = await Promise.all(views.map(async ({ id, tenant }) => ({ id, tenantId: tenant.id!, organization: tenant.organization!, window: await under.attach(id) })))
    for (const { window } of sessions) await window.shows(/PS> /)
    // Typed into both before either answers.
    for (const { window } of sessions) window.type('"generated: $((Get-Mailbox -ResultSize Unlimited | Measure-Object).Count)" + "."\r')
    for (const { window } of sessions) await window.shows(/generated: 1500\./)
    for (const { window } of sessions) window.type('"built in: $(@(Get-EXOMailbox -ResultSize 3).Count)" + "."\r')
    for (const { window } of sessions) await window.shows(/built in: 3\./)
    log = under.core.demo.log.filter(({ service }) => service === 'exchange')
  })
  afterAll(() => under.dispose())

  const of = (tenantId: string) => log.filter(({ path }) => path.includes(tenantId))
  const utiOf = async (id: string) => {
    const { claimsJson } = await under.call('tokens.describe', { sessionId: id })
    return (JSON.parse(claimsJson) as { uti: string }).uti
  }

  it('each ask for the cmdlets first, by the header CommandName, then run them as InvokeCommand and as OData', () => {
    for (const { tenantId } of sessions) {
      const steps = of(tenantId).filter(({ cmdletName }) => cmdletName !== 'Get-AcceptedDomain')
      const index = (what: (request: LoggedRequest) => boolean) => steps.findIndex(what)
      const moduleFile = index(({ method, path, commandName }) => method === 'GET' && path === `/AdminApi/v1.0/${tenantId}/EXOModuleFile` && commandName === '*')
      const invoke = index(({ method, path, cmdletName }) => method === 'POST' && path === `/adminapi/beta/${tenantId}/InvokeCommand` && cmdletName === 'Get-Mailbox')
      const odata = index(({ method, path }) => method === 'GET' && path === `/adminapi/beta/${tenantId}/Mailbox`)
      expect([moduleFile >= 0, invoke > moduleFile, odata > invoke]).toEqual([true, true, true])
    }
  })

  it('each send their own token and nothing else, and the two differ', async () => {
    const own = await Promise.all(sessions.map(({ id }) => utiOf(id)))
    expect(new Set(own).size).toBe(2)
    sessions.forEach(({ tenantId }, index) => {
      const sent = of(tenantId)
      expect(sent.length).toBeGreaterThan(4)
      expect(new Set(sent.map(({ token }) => token?.tokenUti))).toEqual(new Set([own[index]]))
      expect(new Set(sent.map(({ token }) => token?.tid))).toEqual(new Set([tenantId]))
      expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([200]))
    })
  })

  it('each are anchored at their own tenant, whose id alone is in their paths', () => {
    expect(sessions.flatMap(({ tenantId }) => of(tenantId))).toHaveLength(log.length)
    for (const { tenantId, organization } of sessions) {
      const anchors = (paths: RegExp) => new Set(of(tenantId).filter(({ path }) => paths.test(path)).map(({ headers }) => headers['x-anchormailbox']))
      expect(anchors(/InvokeCommand$|EXOModuleFile$/)).toEqual(new Set([`APP:${systemMailbox}@${tenantId}`]))
      // The built-in cmdlets go by the organization's name, as recorded of Microsoft's.
      expect(anchors(/\/Mailbox$/)).toEqual(new Set([`UPN:${systemMailbox}@${organization}`]))
    }
  })

  it('take 1,500 mailboxes in exactly two pages', () => {
    for (const { tenantId } of sessions) expect(of(tenantId).filter(({ cmdletName }) => cmdletName === 'Get-Mailbox').map(({ page }) => page)).toEqual([1, 2])
  })
})
