import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../app/adapters.ts'
import type { TenantryError } from '../../app/failures.ts'
import { startChecks } from './demo-checks.ts'

const checks = await startChecks()
const { demo, check } = checks
afterAll(() => demo.dispose())

const contoso = demo.tenants[0]!
const healthy = contoso.apps[0]!

const json = (status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse => ({ status, headers, body: JSON.stringify(body) })
const forbidden = (message: string) => json(403, { error: { code: 'Forbidden', message, details: [{ message: `Ex6F9304|System.UnauthorizedAccessException|${message}` }] } })

describe('the report', () => {
  it('says what was checked, what came of it and what to do', async () => {
    const { report, step } = await check('Demo: no role')
    expect(report).toMatch(/^# Check of Demo: no role\n\n- Tenant: contosodemo\.onmicrosoft\.com/)
    expect(report).toContain('## ✗ Exchange answered 403: the app has no role')
    expect(report).toContain('## ! No directory role in the token')
    expect(report).toContain('## – Get-AcceptedDomain')
    expect(report).toContain(`\`\`\`powershell\n${step('connect').fixes[1]!.commands}\n\`\`\``)
  })

  it.each(['Contoso demo', 'Demo: expired secret', 'Demo: no role'])('%s: neither it nor a step holds a secret or a token, even where the services echo them', async (name) => {
    const before = checks.taken.length
    const app = contoso.apps.find((one) => one.name === name) ?? healthy
    const { report, events, steps } = await check(name, {
      answer: ({ url, headers }) => (url.includes('EXOModuleFile') ? forbidden(`canary ${headers.Authorization}`) : null)
    })
    const told = JSON.stringify([report, events, steps])
    expect(told).not.toContain(app.clientSecret)
    for (const token of checks.taken.slice(before)) for (const part of token.split('.')) expect(told).not.toContain(part)
    if (name === 'Contoso demo') expect(told).toContain('canary')
  })

  it('holds no secret that the login service sends back', async () => {
    const { report, steps, those } = await check('Contoso demo', {
      answer: ({ url, body }) => (url.includes('/oauth2/v2.0/token') ? json(400, { error: 'invalid_client', error_description: `AADSTS900999: canary ${decodeURIComponent(body ?? '')}` }) : null)
    })
    expect(those('bad')).toEqual(['sign-in'])
    expect(report).toContain('canary')
    expect(JSON.stringify([report, steps])).not.toContain(healthy.clientSecret)
  })

  it('can be made into nothing else by a tenant’s name', async () => {
    const { report } = await check('Contoso demo', { profile: { name: '<img src=x> [here](http://evil.example)\n# Not a heading' } })
    expect(report.split('\n')[0]).toBe('# Check of \\<img src=x\\> \\[here\\](http://evil.example) \\# Not a heading')
  })
})

describe('stopping', () => {
  it('ends the requests and fails as cancelled', async () => {
    const run = randomUUID()
    let onHanging = () => {}
    const hanging = new Promise<void>((resolve) => (onHanging = resolve))
    const asked = check('Contoso demo', {
      run,
      answer: ({ url, signal }) => {
        if (!url.includes('EXOModuleFile')) return null
        onHanging()
        return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)))
      }
    })
    const outcome = asked.then(() => 'answered', (error: TenantryError) => error.code)
    await hanging
    checks.stop(run)
    expect(await outcome).toBe('cancelled')
  })
})
