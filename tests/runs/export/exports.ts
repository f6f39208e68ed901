import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Cloud } from '../../../app/adapters.ts'
import type { Profile, RunExportChoice, RunView, SignInView } from '../../../app/contract.ts'
import { RunExports, type RunExportsOptions } from '../../../app/runs/export/export.ts'
import type { ExportSource } from '../../../app/runs/export/tenants.ts'
import { tenantOf } from '../../../app/sessions/session-plan.ts'
import { builtInClouds } from '../../../app/tokens/clouds.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const cloudOf = (id: Cloud['id']) => builtInClouds.find((cloud) => cloud.id === id)!

export const signInNamed = (name: string, more: Partial<SignInView> = {}): SignInView => ({
  id: randomUUID(), name, clientId: randomUUID(), kind: 'pfx', askEachTime: false, ready: true, certificate: null, account: null, expiry: null, usedBy: 1, ...more
})

const partner = signInNamed('Partner app')

/** A tenant of a run, as the app knows it. */
export function sourceNamed(name: string, more: Partial<Profile> = {}, signIn: SignInView | null = partner): ExportSource {
  const profile: Profile = {
    id: randomUUID(), name, group: '', domain: 'contoso.example', tenantId: randomUUID(), initialDomain: 'contoso.onmicrosoft.com', cloud: 'worldwide', customCloud: null, signInId: signIn?.id ?? null,
    services: ['exchange', 'compliance', 'graph'], colour: '#5aa9ff', environment: 'production', workingFolder: '', loadPowerShellProfile: false, moduleVersion: '', notes: '', ...more
  }
  return { profile, cloud: cloudOf(profile.cloud), signIn }
}

export function runOver(sources: readonly ExportSource[], more: Partial<RunView> = {}): RunView {
  return {
    id: randomUUID(), title: 'Forwarding', service: 'exchange', atOnce: 4, isReadOnly: true, by: 'admin', startedAt: 0, endedAt: 1, gridId: null, question: null, secondsLeft: null, script: 'Get-Mailbox -ResultSize 5', isRedacted: false,
    tenants: sources.map(({ profile: { id, name, colour, environment } }) => ({ profileId: id, name, colour, environment, state: 'done', detail: '', failure: null, seconds: 1, rows: 0, errors: 0, errorSentences: [] })),
    ...more
  }
}

/** Which tenant each profile leads to. */
export const chosenOf = (sources: readonly ExportSource[]) => new Map(sources.map((source) => [source.profile.id, tenantOf(source)]))

/** Exports of one run. Without a host's dialog the zip comes back. */
export function exportsOf(run: RunView, sources: readonly ExportSource[], more: Partial<RunExportsOptions> = {}): RunExports {
  return new RunExports({
    run: () => ({ view: run, chosen: chosenOf(sources) }),
    sources: () => (id) => sources.find(({ profile }) => profile.id === id) ?? null,
    installed: async () => [],
    scriptsFolder: join(root, 'out', 'scripts'),
    saveFile: null,
    ...more
  })
}

export const exported = (run: RunView, sources: readonly ExportSource[], choice: Omit<RunExportChoice, 'id'> = { target: 'github-actions', signIn: 'federated' }) => exportsOf(run, sources).preview({ id: run.id, ...choice })

/** Each way to export. */
export const everyChoice: Array<Omit<RunExportChoice, 'id'>> = [
  { target: 'github-actions', signIn: 'federated' },
  { target: 'github-actions', signIn: 'certificate' },
  { target: 'azure-automation', signIn: 'certificate' },
  { target: 'azure-automation', signIn: 'managed-identity' }
]
