import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EventData } from '../../app/contract.ts'
import { engines } from '../engines.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'

let machine: CoreUnderTest
const events: Array<EventData<'check.step'>> = []
beforeAll(async () => {
  machine = await startCore({ env: engines.at(-1)!.env })
  machine.core.onEvent((name, data) => {
    if (name === 'check.step') events.push(data as EventData<'check.step'>)
  })
})
afterAll(() => machine?.dispose())

async function profileId(name: string) {
  const { profiles } = await machine.call('profiles.list', undefined)
  return profiles.find((profile) => profile.name === name)!.id
}

it('checks a profile with this machine’s own PowerShell, and tells each step', async () => {
  const run = randomUUID()
  const { steps, summary, report } = await machine.call('checks.run', { run, profileId: await profileId('Contoso demo') })
  expect(steps.filter(({ state }) => state !== 'good')).toEqual([])
  expect(summary).toBe('All is well: a session can connect.')
  expect(report).toContain('# Check of Contoso demo')
  const ended = events.filter((event) => event.run === run && event.step.state === 'good')
  expect(ended.map(({ step }) => step.id).sort()).toEqual(steps.map(({ id }) => id).sort())
  const { clientSecret } = machine.core.demo.tenants[0]!.apps[0]!
  expect(JSON.stringify([steps, report, events])).not.toContain(clientSecret)
})

it('is refused for a profile that is not there', async () => {
  const refused = machine.call('checks.run', { run: randomUUID(), profileId: randomUUID() })
  await expect(refused).rejects.toMatchObject({ code: 'profile-not-found' })
})

it('gives a running session the token that it took, and leaves it connected', async () => {
  const session = await machine.open('Fabrikam demo')
  const before = await machine.until(session.id, ({ phase }) => phase === 'connected')
  const { steps } = await machine.call('checks.run', { run: randomUUID(), profileId: session.profileId })
  expect(steps.every(({ state }) => state === 'good')).toBe(true)
  const after = await machine.until(session.id, ({ renewal }) => renewal?.renewedAt !== null)
  expect(after.phase).toBe('connected')
  expect(before.renewal!.renewedAt).toBeNull()
})
