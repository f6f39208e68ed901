import { expect, it } from 'vitest'
import type { Failure } from '../../app/contract.ts'
import { isOfCommand, RefusedCommand, refusalOf } from '../../app/sessions/refused-command.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore } from './core-on-this-machine.ts'

const accessRights = 'Active Directory operation failed. Active directory response: problem 4003 (INSUFF_ACCESS_RIGHTS), data 0'
const vanity: Failure = { code: 'organization-vanity', message: 'A vanity domain.', retryable: true }

it.each([
  [accessRights, 'insufficient-access', true],
  ["The operation couldn't be performed: New-UnifiedGroup isn't supported when an application is signed in.", 'command-not-for-apps', true],
  ['Error while querying REST service. HttpStatusCode=401 ErrorMessage=Unauthorized', 'exchange-unauthorized', false],
  ['Response status code does not indicate success: 403 (Forbidden).', 'role-missing', false]
])('%s is read by the one table, and a new token is of use or not', (message, code, isOf) => {
  expect(refusalOf(message).code).toBe(code)
  expect(isOfCommand(refusalOf(message))).toBe(isOf)
})

it('is said until a command ends without one, and gives way to what something else says', () => {
  const refused = new RefusedCommand()
  const start = { v: 1, type: 'command', running: true } as const
  const end = { ...start, running: false }
  const refusal = { v: 1, type: 'refused', message: accessRights } as const
  let said: Failure | null = vanity
  const hear = (...messages: Array<Parameters<RefusedCommand['take']>[0]>) => messages.map((message) => (said = refused.take(message, said))?.code ?? null)
  expect(hear(start, refusal, end)).toEqual(['organization-vanity', 'insufficient-access', 'insufficient-access'])
  expect(hear(start, refusal, end)).toEqual(['insufficient-access', 'insufficient-access', 'insufficient-access'])
  expect(hear(start, { ...refusal, message: 'Odd thing.' }, end)).toEqual(['insufficient-access', 'insufficient-access', 'organization-vanity'])
  hear(start, refusal, end)
  said = { ...vanity, code: 'pipe-broken' }
  expect(hear(start, end)).toEqual(['pipe-broken', 'pipe-broken'])
})

describeOnMainEngine('a command that is refused in a connected session', ({ env }) => {
  it('has its sentence and next step above the terminal, whatever went wrong after it, until one ends without', async () => {
    const under = await startCore({ env })
    try {
      const { demo } = under.core
      const { id } = await under.open('Contoso demo')
      await under.until(id, ({ phase, tenant }) => phase === 'connected' && tenant.proof === 'proven')
      const window = await under.attach(id)
      await window.shows(/PS> /)
      const tokens = () => demo.log.filter(({ path }) => path.endsWith('/oauth2/v2.0/token')).length
      const before = tokens()
      const body = JSON.stringify({ error: { code: 'BadRequest', message: '', details: [{ message: `Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ADOperationException|${accessRights}` }] } })
      demo.answerNext('Get-OrganizationConfig', { status: 400, headers: { 'content-type': 'application/json' }, body })
      window.type('Get-OrganizationConfig; Get-Item /nowhere/at/all; "the " + "end"\r')
      await window.shows(/the end/)
      const refused = await under.until(id, ({ failure, busy }) => failure !== null && !busy)
      expect(refused).toMatchObject({ phase: 'connected', failure: { code: 'insufficient-access', hint: expect.stringContaining('your own account') as string } })
      expect(tokens()).toBe(before)

      demo.answerNext('Get-OrganizationConfig', { status: 403, body: '' })
      window.type('Get-OrganizationConfig\r')
      await under.until(id, ({ failure, busy, phase }) => failure?.code === 'role-missing' && !busy && phase === 'connected')
      await under.until(id, ({ renewal }) => renewal?.renewedAt !== null)
      expect(tokens()).toBe(before + 1)

      window.type('"named: $((Get-OrganizationConfig).Name)"\r')
      await window.shows(/named: \w/)
      await under.until(id, ({ failure, phase }) => failure === null && phase === 'connected')
    } finally {
      await under.dispose()
    }
  })
})
