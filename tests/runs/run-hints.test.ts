import { describe, expect, it } from 'vitest'
import { failureTable, TenantryError, type FailureCode } from '../../app/failures.ts'
import { forRun } from '../../app/runs/run-hints.ts'

/** Of sessions alone: no run ends with these. */
const ofSessions: readonly FailureCode[] = ['organization-vanity', 'session-of-another-tenant', 'session-busy']
const codes = (Object.keys(failureTable) as FailureCode[]).filter((code) => !ofSessions.includes(code))

describe('the next step that a run tells', () => {
  it.each(codes)('of %s points to nothing that a run has not', (code) => {
    const told = forRun(new TenantryError(code).toFailure())
    expect(told.hint ?? '').not.toMatch(/terminal shows|reconnect|then connect again|Load my PowerShell profile|this tab/i)
  })

  it('leads to a session where that shows more, and to what can be tried in the run', () => {
    const hintOf = (code: FailureCode) => forRun(new TenantryError(code).toFailure()).hint
    expect(hintOf('connect-failed')).toBe('Retry the tenant; a session of it shows the whole message.')
    expect(hintOf('account-signed-out')).toBe('Sign in with your account. A session of the tenant offers that; retry the tenant afterwards.')
    expect(hintOf('powershell-missing')).toBe(failureTable['powershell-missing'].hint)
    expect(forRun(new TenantryError('run-refused').toFailure())).toEqual(new TenantryError('run-refused').toFailure())
  })
})
