import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { RunTable } from '../../app/grid/run-table.ts'
import { Runs, type RunsOptions } from '../../app/runs/runs.ts'
import type { SessionPlan } from '../../app/sessions/session-plan.ts'
import { aProfile } from '../renderer/fake-data.ts'

/** Runs without a shell: each try waits until it is cancelled. */
function open(): { runs: Runs; data: string } {
  const data = mkdtempSync(join(tmpdir(), 'tenantry-runs-'))
  const profile = aProfile({ name: 'Tenant', environment: 'lab' })
  const runs = new Runs({
    services: { adapters: { paths: { data }, now: () => 0 } } as RunsOptions['services'],
    plan: () => ({ profile, cloud: { loginHost: 'login.test' } }) as SessionPlan,
    openTable: () => ({ id: '', isClosed: true, end: () => {}, letGo: () => {}, addError: () => {} }) as unknown as RunTable,
    closeTable: () => {}, onChange: () => {}, onRemoved: () => {}, onInterrupted: () => {}, onUnwritten: () => {},
    tenantRun: () => {
      let end = (): void => {}
      return { run: () => new Promise((resolve) => (end = () => resolve({ kind: 'cancelled' }))), cancel: () => end(), answer: () => {} }
    }
  })
  onTestFinished(async () => {
    await runs.dispose()
    rmSync(data, { recursive: true, force: true })
  })
  return { runs, data }
}

const start = (runs: Runs, script: string) => runs.start({ profileIds: [randomUUID()], script, title: '', service: 'exchange', atOnce: 1, isReadOnly: true })

it('starts no script in which a secret is missing, and keeps nothing of it', () => {
  const { runs, data } = open()
  // PowerShell would read it without an error, and take the word for the password.
  expect(() => start(runs, 'New-Mailbox -Name anna -Password (ConvertTo-SecureString [removed] -AsPlainText -Force)')).toThrow(expect.objectContaining({ code: 'run-script-removed', field: 'script' }))
  expect([runs.list(), readdirSync(data)]).toEqual([[], []])
  expect(start(runs, 'Get-Mailbox removed').id).toBe(runs.list()[0]!.id)
})
