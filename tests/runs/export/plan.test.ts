import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { pwsh } from './demo-engine.ts'
import { exported, runOver, signInNamed, sourceNamed } from './exports.ts'

/** As many as GitHub makes of a matrix. */
const mostJobs = 256

interface Row {
  name: string
  tenants: string
  certificate: string
  first: string
}

describe.skipIf(!pwsh)('the plan of a run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-plan-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Runs New-RunPlan.ps1 of an export: what it wrote for GitHub, and what it said. */
  async function plan(counts: readonly number[], signIn: 'federated' | 'certificate', change: (text: string) => string = (text) => text) {
    const sources = counts.flatMap((count, at) => {
      const app = signInNamed(`App ${at + 1}`)
      return Array.from({ length: count }, (_, number) => sourceNamed(`Customer ${at + 1} ${number + 1}`, {}, app))
    })
    const own = mkdtempSync(join(folder, 'run-'))
    const { files } = await exported(runOver(sources), sources, { target: 'github-actions', signIn })
    for (const { path, text } of files) if (!path.startsWith('.github/')) writeFileSync(join(own, path.split('/').at(-1)!), path.endsWith('tenants.json') ? change(text) : text)
    const output = join(own, 'output')
    // The file is there already when a step begins, and holds what was written before.
    writeFileSync(output, 'other=1\n')
    const child = spawn(pwsh!.path, ['-NoProfile', '-NonInteractive', '-File', join(own, 'New-RunPlan.ps1')], { env: { ...pwsh!.env, GITHUB_OUTPUT: output, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    const tenants = JSON.parse(readFileSync(join(own, 'tenants.json'), 'utf8')) as Array<{ slug: string; certificate: string }>
    return { code, said, output: readFileSync(output, 'utf8'), tenants }
  }

  const rowsOf = (output: string) => (JSON.parse(/^other=1\nmatrix=(\{.*\})\n$/.exec(output)![1]!) as { include: Row[] }).include

  it.each([
    { counts: [300], signIn: 'federated' as const },
    { counts: [100, 100, 100], signIn: 'certificate' as const },
    { counts: [1, 98, 201], signIn: 'certificate' as const },
    { counts: Array<number>(100).fill(10), signIn: 'certificate' as const },
    { counts: [256], signIn: 'certificate' as const },
    { counts: [1], signIn: 'federated' as const }
  ])('has each of $counts tenants in one job, and never more jobs than GitHub makes ($signIn)', async ({ counts, signIn }) => {
    const { code, said, output, tenants } = await plan(counts, signIn)
    expect(code, said).toBe(0)
    const rows = rowsOf(output)
    expect(rows.length).toBeLessThanOrEqual(mostJobs)
    if (tenants.length <= mostJobs) expect(rows).toHaveLength(tenants.length)
    const planned = rows.flatMap((row) => row.tenants.split(' ').map((slug) => ({ slug, certificate: row.certificate })))
    const bySlug = (list: typeof planned) => list.map(({ slug, certificate }) => `${slug} ${certificate}`).sort()
    // Each once, and by its own certificate: a job has one.
    expect(bySlug(planned)).toEqual(bySlug(tenants))
    for (const { name, tenants: own, first } of rows) {
      const slugs = own.split(' ')
      expect(first).toBe(slugs[0])
      expect(name).toBe(slugs.length === 1 ? first : `${first} and ${slugs.length - 1} more`)
    }
    expect(new Set(rows.map(({ first }) => first)).size).toBe(rows.length)
    expect(said).toContain(`${tenants.length} tenants in ${rows.length} jobs.`)
  })

  it('does not start where all tenants were taken out of the list', async () => {
    const { code, said, output } = await plan([2], 'federated', () => '[]\n')
    expect(code).not.toBe(0)
    expect(said).toContain('tenants.json has no tenant.')
    expect(output).toBe('other=1\n')
  })
})
