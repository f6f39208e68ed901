import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DemoApp } from '../../app/demo/tenants.ts'
import { TenantryError } from '../../app/failures.ts'
import { createTokenSource, type Token } from '../../app/tokens/acquire.ts'
import { createExplainer, type TokenUse } from '../../app/tokens/explainer.ts'
import { aProfile } from '../renderer/fake-data.ts'
import { startLogin } from './login.ts'

const neverSigns = async () => {
  throw new Error('nothing is signed here')
}

/** A session that holds a token which the demo authority really issued, and an explainer that knows it. */
async function explainerOf({ app: change = {}, others = 0, ...use }: Partial<TokenUse> & { app?: Partial<DemoApp>; others?: number } = {}) {
  const { network, cloud, tenant, app } = startLogin()
  Object.assign(app, change)
  const source = createTokenSource({ network, sign: neverSigns })
  const token = await source.acquire({ cloud, tenantId: tenant.tenantId, clientId: app.clientId, service: 'exchange', credential: { kind: 'secret', secret: app.clientSecret } })
  const profile = aProfile({ name: 'Northwind', tenantId: tenant.tenantId, cloud: 'demo', services: ['exchange', 'compliance'] })
  const sessionId = randomUUID()
  const explainer = createExplainer({
    clouds: [cloud],
    useOf(id) {
      if (id !== sessionId) throw new TenantryError('session-not-found')
      return { profile, cloud, service: 'exchange', certificate: null, isRenewed: true, token: (service) => (service === 'exchange' ? token : null), ...use }
    },
    profiles: () => [aProfile({ name: 'Elsewhere' }), profile, ...Array.from({ length: others }, () => ({ ...profile, name: 'Another' }))],
    now: () => Date.now()
  })
  return { explainer, sessionId, token, tenant, app }
}

const codeOf = (run: () => unknown) => {
  try {
    run()
    return null
  } catch (error) {
    return (error as TenantryError).code
  }
}

describe('the token of a session', () => {
  it('is explained by its claims, against the profile’s tenant and service', async () => {
    const { explainer, sessionId, token, tenant, app } = await explainerOf()
    const { verdict, facts, life, support, reminder } = explainer.describe(sessionId)
    expect(verdict).toMatchObject({ level: 'good', sentence: expect.stringMatching(/^This token can manage Exchange/) as string })
    expect(facts).toContainEqual(expect.objectContaining({ name: 'Tenant', value: 'Northwind', detail: tenant.tenantId }))
    expect(facts).toContainEqual(expect.objectContaining({ name: 'Audience', value: 'Exchange Online, Demo' }))
    expect(facts).toContainEqual(expect.objectContaining({ name: 'Signed in with', value: 'a client secret' }))
    expect(life.expiresOn).toBe((token.claims.exp as number) * 1000)
    expect(life.renewsAt! - token.acquiredAt).toBeCloseTo(token.lifeMs * 0.75, -4)
    expect(support!.sentence).toContain('client secret')
    expect(reminder).toContain(app.name)
  })

  it('says what the demo’s apps lack', async () => {
    const without = async (app: Partial<DemoApp>) => {
      const { explainer, sessionId } = await explainerOf({ app })
      return explainer.describe(sessionId).verdict.sentence
    }
    expect(await without({ roles: [] })).toMatch(/^This token lacks Exchange\.ManageAsApp/)
    expect(await without({ wids: [] })).toBe('No directory role in the token: access depends on Exchange’s own roles; the check will tell.')
  })

  it('leaves the token and its signature in the main process', async () => {
    const { explainer, sessionId, token } = await explainerOf()
    const told = JSON.stringify([explainer.describe(sessionId), explainer.explain(token.accessToken)])
    for (const part of token.accessToken.split('.')) expect(told).not.toContain(part)
  })

  it('is judged by the authority’s clock, not by this computer’s', async () => {
    const { token } = await explainerOf()
    const behind: Token = { ...token, skewMs: token.lifeMs + 60_000 }
    const { explainer, sessionId } = await explainerOf({ token: () => behind })
    expect(explainer.describe(sessionId).life.state).toBe('expired')
  })

  it('is renewed by nobody where the session is over', async () => {
    const { explainer, sessionId } = await explainerOf({ isRenewed: false })
    expect(explainer.describe(sessionId).life.renewsAt).toBeNull()
  })

  it('may be missing, as the session may', async () => {
    const { explainer, sessionId } = await explainerOf()
    expect(codeOf(() => explainer.describe(sessionId, 'compliance'))).toBe('no-token')
    expect(codeOf(() => explainer.describe(randomUUID()))).toBe('session-not-found')
  })
})

describe('a pasted token', () => {
  it('is explained with nothing expected, and its tenant is named where a profile has it', async () => {
    const { explainer, token } = await explainerOf()
    const { verdict, facts, life } = explainer.explain(`Authorization: Bearer ${token.accessToken}\n`)
    expect(verdict.sentence).toMatch(/^This token can manage Exchange/)
    expect(facts).toContainEqual(expect.objectContaining({ name: 'Tenant', value: 'Northwind' }))
    expect(life.renewsAt).toBeNull()
    expect(codeOf(() => explainer.explain('nonsense'))).toBe('not-a-token')
  })

  it.each([[1, 'Northwind and 1 more profile'], [2, 'Northwind and 2 more profiles']])('tells of %i more profiles of its tenant; a session’s is named by its own', async (others, words) => {
    const { explainer, sessionId, token } = await explainerOf({ others })
    expect(explainer.explain(token.accessToken).facts).toContainEqual(expect.objectContaining({ name: 'Tenant', value: words }))
    expect(explainer.describe(sessionId).facts).toContainEqual(expect.objectContaining({ name: 'Tenant', value: 'Northwind' }))
  })
})
