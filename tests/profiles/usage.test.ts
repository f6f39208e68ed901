import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProfileUsage } from '../../app/profiles/usage.ts'

const week = 7 * 24 * 3600_000
const [often, lately, gone] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000003']

describe('how often and how lately a profile was opened', () => {
  let folder: string
  let file: string
  let now: number
  const usage = () => new ProfileUsage(file, () => now)
  const anyProfile = () => true
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-usage-'))
    file = join(folder, 'data', 'usage.json')
    now = 1_800_000_000_000
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('counts each opening, halves in a week, and outlives a restart', () => {
    usage().note(often, anyProfile)
    usage().note(often, anyProfile)
    expect(usage().scores()).toEqual({ [often]: 2 })
    now += week
    expect(usage().scores()).toEqual({ [often]: 1 })
    usage().note(often, anyProfile)
    expect(usage().scores()).toEqual({ [often]: 2 })
  })

  it('puts a tenant of today before one of last month', () => {
    for (let time = 0; time < 5; time++) usage().note(often, anyProfile)
    now += 4 * week
    usage().note(lately, anyProfile)
    const scores = usage().scores()
    expect(scores[lately]).toBeGreaterThan(scores[often]!)
  })

  it('forgets profiles that are gone, and those that nobody opens', () => {
    usage().note(gone, anyProfile)
    usage().note(often, (id) => id !== gone)
    expect(usage().scores()).toEqual({ [often]: 1 })
    now += 10 * week
    usage().note(lately, anyProfile)
    expect(usage().scores()).toEqual({ [lately]: 1 })
  })

  it('does not reward a clock that was set back', () => {
    usage().note(often, anyProfile)
    now -= week
    expect(usage().scores()).toEqual({ [often]: 1 })
  })

  it.each(['', '{', '[]', '{"version":2,"opened":{}}', '{"version":1,"opened":{"x":1}}'])('begins anew with the broken file %j', (text) => {
    usage().note(often, anyProfile)
    writeFileSync(file, text)
    expect(usage().scores()).toEqual({})
    usage().note(lately, anyProfile)
    expect(JSON.parse(readFileSync(file, 'utf8')).opened).toEqual({ [lately]: { score: 1, at: now } })
  })
})
