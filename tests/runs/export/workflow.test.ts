import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { actions } from '../../../app/runs/export/workflow.ts'
import { services } from '../../../app/contract-values.ts'
import { everyChoice, exported, runOver, signInNamed, sourceNamed } from './exports.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/** What GitHub's own parser finds wrong with a workflow, its expressions and their contexts among it. */
async function problemsOf(content: string): Promise<string[]> {
  const { context, value } = parseWorkflow({ name: 'run.yml', content }, new NoOperationTraceWriter())
  if (value) await convertWorkflowTemplate(context, value)
  return context.errors.getErrors().map(({ message }) => message)
}

interface Step {
  uses?: string
  run?: string
  env?: Record<string, string>
}
interface Workflow {
  on: Record<string, unknown>
  permissions: Record<string, string>
  jobs: Record<string, { permissions?: Record<string, string>; environment?: string; 'runs-on': string; strategy?: Record<string, unknown>; steps: Step[] }>
}

const choices = everyChoice.filter(({ target }) => target === 'github-actions')
const made = choices.flatMap((choice) => services.flatMap((service) => [true, false].map((isReadOnly) => ({ choice, service, isReadOnly }))))

describe.each(made)('the workflow for $service with $choice.signIn, read-only: $isReadOnly', ({ choice, service, isReadOnly }) => {
  const sources = [sourceNamed('Contoso', {}, signInNamed('One')), sourceNamed('Fabrikam', {}, signInNamed('Two'))]
  const text = async () => (await exported(runOver(sources, { service, isReadOnly, atOnce: 7 }), sources, choice)).files.find(({ path }) => path.endsWith('.yml'))!.text

  it('is one by GitHub’s own parser', async () => {
    expect(await problemsOf(await text())).toEqual([])
  })

  it('may do no more than it has to, and hands nothing to a shell’s line', async () => {
    const workflow = parse(await text()) as Workflow
    const { tenants } = workflow.jobs as Required<Workflow['jobs']>
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(tenants!.permissions).toEqual(choice.signIn === 'federated' ? { contents: 'read', 'id-token': 'write' } : { contents: 'read' })
    expect(tenants!.environment).toBe(isReadOnly ? 'tenantry-read' : 'tenantry-change')
    expect(tenants!['runs-on']).toMatch(service === 'compliance' ? /^windows/ : /^ubuntu/)
    expect(tenants!.strategy).toMatchObject({ 'fail-fast': false, 'max-parallel': 7 })
    expect(Object.keys(workflow.on)).toEqual(['workflow_dispatch'])
    expect(JSON.stringify(workflow.on)).toContain(isReadOnly ? 'null' : '"required":true')
    for (const { steps } of Object.values(workflow.jobs)) for (const { run } of steps) expect(run ?? '').not.toContain('${{')
  })

  it('gives each secret to the one step that signs in with it', async () => {
    const { jobs } = parse(await text()) as Workflow
    const withSecret = Object.values(jobs).flatMap(({ steps }) => steps).filter((step) => JSON.stringify(step).includes('secrets.'))
    expect(withSecret.map(({ env }) => env!.TENANTRY_CERTIFICATE)).toEqual(choice.signIn === 'federated' ? [] : ['${{ secrets.TENANTRY_CERTIFICATE_ONE }}', '${{ secrets.TENANTRY_CERTIFICATE_TWO }}'])
  })
})

it('GitHub’s own parser finds what is wrong', async () => {
  expect(await problemsOf('on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ${{ secrets.X }} ${{ nothing.there }}')).not.toEqual([])
  expect(await problemsOf('on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    concurency: x\n    steps: []')).not.toEqual([])
})

it('uses the actions that Tenantry’s own workflows use, at the same commits', () => {
  const folder = join(root, '.github', 'workflows')
  const own = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
  for (const { name, commit, version } of Object.values(actions)) {
    const pins = new Set([...own.matchAll(new RegExp(`uses: (${name}@\\S+ # \\S+)`, 'g'))].map(([, pin]) => pin))
    expect([...pins]).toEqual([`${name}@${commit} # ${version}`])
  }
})
