import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'
import { RunsUnderTest } from './runs-on-this-machine.ts'

vi.setConfig({ testTimeout: 300_000 })

describeOnMainEngine('a run that outlives its tokens', ({ env }) => {
  let under: CoreUnderTest
  beforeAll(async () => {
    under = await startCore({ env, demo: { generated: 2, tokenLifeSeconds: 20, tokenLifeJitterSeconds: 0 } })
  })
  afterAll(() => under?.dispose())

  it('goes on with new ones, in the middle of its script', async () => {
    const runs = new RunsUnderTest(under)
    const tenants = await runs.generated(2)
    // Longer than two tokens live.
    const script = `$until = [DateTime]::UtcNow.AddSeconds(45); while ([DateTime]::UtcNow -lt $until) { @(Get-AcceptedDomain).Count; Start-Sleep -Milliseconds 500 }`
    const { id } = await under.call('runs.start', { profileIds: tenants.map((profile) => profile.id), script, atOnce: 2 })
    const run = await runs.ended(id)
    expect(run.tenants.map(({ state, errors, errorSentences }) => [state, errors, errorSentences])).toEqual([['done', 0, []], ['done', 0, []]])
    for (const { tenantId } of tenants) {
      const used = under.core.demo.log.filter(({ cmdletName, token, status }) => cmdletName === 'Get-AcceptedDomain' && token?.tid === tenantId && status === 200).map(({ token }) => token!.tokenUti)
      expect(new Set(used).size).toBeGreaterThan(2)
    }
  })
})
