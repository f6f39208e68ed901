import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { root } from '../../build/setup.mjs'

interface Step {
  name?: string
  uses?: string
  with?: Record<string, unknown>
  run?: string
  shell?: string
  env?: Record<string, string>
}
interface Job {
  /** Another workflow, which is all of the job then. */
  uses?: string
  needs?: string
  secrets?: unknown
  permissions?: Record<string, string>
  'timeout-minutes'?: number
  strategy?: { matrix: { os: string[] } }
  steps?: Step[]
}
interface Workflow {
  on: Record<string, unknown>
  permissions: Record<string, string>
  jobs: Record<string, Job>
}

const folder = join(root, '.github', 'workflows')
const names = readdirSync(folder)
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8')
const workflowOf = (name: string) => parse(textOf(name)) as Workflow
const stepsOf = (name: string) => Object.values(workflowOf(name).jobs).flatMap(({ steps = [] }) => steps)
/** Of the workflows that are here, those that a workflow calls. */
const calledBy = (name: string) => Object.values(workflowOf(name).jobs).flatMap(({ uses = [] }) => uses)
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

/** What each pin is, as its tag in the action's own repository says. */
const pins: Record<string, string> = {
  'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  'actions/setup-node': '820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  'actions/setup-dotnet': 'a98b56852c35b8e3190ac28c8c2271da59106c68 # v6.0.0',
  'actions/upload-artifact': 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0',
  'actions/download-artifact': '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1'
}

it('are these two', () => expect(names.sort()).toEqual(['ci.yml', 'release.yml']))

describe.each(names)('the workflow %s', (name) => {
  it('pins every action to a commit', () => {
    const uses = textOf(name).match(/uses: .*/g)!.map((line) => line.slice(6))
    const called = calledBy(name)
    expect(uses).toHaveLength(stepsOf(name).filter((step) => step.uses).length + called.length)
    for (const use of uses.filter((one) => !called.includes(one))) expect.soft(pins[use.split('@')[0]!], use).toBe(use.split('@')[1])
  })

  it('may read, and writes nothing but a release', () => {
    const { permissions, jobs } = workflowOf(name)
    expect(permissions).toEqual({ contents: 'read' })
    const more = Object.entries(jobs).filter(([, job]) => job.permissions).map(([id, job]) => [id, job.permissions])
    expect(more).toEqual(name === 'release.yml' ? [['publish', { contents: 'write' }]] : [])
  })

  it('leaves no token behind, and ends at some time', () => {
    for (const step of stepsOf(name).filter(({ uses }) => uses?.startsWith('actions/checkout@'))) expect(step.with).toMatchObject({ 'persist-credentials': false })
    for (const job of Object.values(workflowOf(name).jobs).filter(({ uses }) => !uses)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })

  it('runs nothing that an event’s text could change', () => {
    expect(workflowOf(name).on).not.toHaveProperty('pull_request_target')
    for (const { run } of stepsOf(name)) expect.soft(run ?? '').not.toContain('${{')
  })

  it('calls scripts and files that are there', () => {
    const commands = stepsOf(name).map(({ run }) => run ?? '').join('\n')
    for (const [, script] of commands.matchAll(/npm run ([\w:-]+)/g)) expect.soft(scripts, script).toHaveProperty([script!])
    for (const [, file] of commands.matchAll(/(?:node |^)((?:build|tests)\/[\w/.-]+\.(?:mjs|ps1))/gm)) expect.soft(existsSync(join(root, file!)), file).toBe(true)
    for (const [, folders] of commands.matchAll(/vitest run (.+)/g)) for (const path of folders!.split(' ')) expect.soft(existsSync(join(root, path)), path).toBe(true)
    for (const file of Object.values(scripts).flatMap((command) => /^node (\S+)/.exec(command)?.[1] ?? [])) expect.soft(existsSync(join(root, file)), file).toBe(true)
  })

  it('gives a secret to packaging alone', () => {
    const withSecrets = stepsOf(name).filter((step) => JSON.stringify(step).includes('secrets.'))
    expect(withSecrets.map((step) => step.name)).toEqual(name === 'release.yml' ? ['Package for Linux', 'Package for Windows', 'Package for macOS', 'Every script is signed'] : [])
    // The check of the signatures is told whether there is one, and not the secret.
    expect(withSecrets.at(-1)?.env ?? {}).toEqual(name === 'release.yml' ? { IS_SIGNED: "${{ secrets.WIN_CSC_LINK != '' && '1' || '' }}" } : {})
  })
})

describe('between them', () => {
  const everywhere = ['ubuntu-24.04', 'windows-2025', 'macos-15']
  const runsOf = (name: string, job: string) => workflowOf(name).jobs[job]!.steps!.map(({ run }) => run ?? '').join('\n')

  it('they test, package, read the fuses and start the app on each platform', () => {
    const { test, package: packaging } = workflowOf('ci.yml').jobs
    expect([test!.strategy!.matrix.os, packaging!.strategy!.matrix.os]).toEqual([everywhere, everywhere])
    expect(runsOf('ci.yml', 'test')).toContain('npm test')
    for (const script of ['test:electron', 'package', 'check-package', 'smoke']) expect.soft(runsOf('ci.yml', 'package'), script).toMatch(new RegExp(`npm run ${script}\\b`))
    expect(workflowOf('release.yml').jobs.package!.strategy!.matrix.os).toEqual(everywhere)
    for (const script of ['package', 'check-package', 'smoke']) expect.soft(runsOf('release.yml', 'package'), script).toMatch(new RegExp(`npm run ${script}\\b`))
  })

  it('a release begins with the whole of the check, which gets no secret and may write nothing', () => {
    expect(workflowOf('ci.yml').on).toEqual({ push: { branches: ['main'] }, pull_request: null, workflow_call: null })
    const { jobs } = workflowOf('release.yml')
    expect(jobs.test).toEqual({ uses: './.github/workflows/ci.yml' })
    expect({ package: jobs.package!.needs, publish: jobs.publish!.needs }).toEqual({ package: 'test', publish: 'package' })
    for (const job of Object.values(workflowOf('ci.yml').jobs)) expect(job).not.toHaveProperty('if')
  })

  it('a release is signed where there are secrets, must be then, and is made without them too', () => {
    const envs = stepsOf('release.yml').map(({ env }) => env ?? {})
    for (const certificate of ['WIN_CSC_LINK', 'CSC_LINK']) {
      const env = envs.find((one) => certificate in one)!
      expect(env[certificate]).toBe(`\${{ secrets.${certificate} }}`)
      expect(env.TENANTRY_REQUIRE_SIGNING).toBe(`\${{ secrets.${certificate} != '' && '1' || '' }}`)
    }
    expect(envs.find((one) => 'TENANTRY_RELEASE_KEY' in one)).toEqual({ TENANTRY_RELEASE_KEY: '${{ secrets.RELEASE_KEY }}' })
    expect(envs.flatMap(Object.keys)).toEqual(expect.arrayContaining(['CSC_KEY_PASSWORD', 'APPLE_ID', 'APPLE_APP_SPECIFIC_PASSWORD', 'APPLE_TEAM_ID']))
  })

  it('a release is a draft, and nothing of a package registry runs where it is written', () => {
    expect(workflowOf('release.yml').on).toEqual({ push: { tags: ['v*'] } })
    expect(runsOf('release.yml', 'publish')).toMatch(/gh release create .* --draft /)
    expect(runsOf('release.yml', 'publish')).not.toMatch(/\bnp[mx]\b/)
  })

  it('they run Windows PowerShell 5.1 as well as PowerShell 7', () => {
    const steps = workflowOf('ci.yml').jobs['windows-powershell']!.steps!
    expect(steps.find(({ shell }) => shell === 'powershell')!.run).toContain('LoadScripts.ps1')
    expect(steps.at(-1)!.env!.TENANTRY_PWSH).toMatch(/WindowsPowerShell\\v1\.0\\powershell\.exe$/)
    expect(workflowOf('ci.yml').jobs.test!.steps!.some(({ shell }) => shell === 'pwsh')).toBe(true)
  })
})
