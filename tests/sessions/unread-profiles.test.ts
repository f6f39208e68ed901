import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startCore } from './core-on-this-machine.ts'

it('leaves the open tabs for the start that knows their profiles again', async ({ onTestFinished }) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-unread-'))
  onTestFinished(() => rmSync(dataFolder, { recursive: true, force: true }))
  const tabsFile = join(dataFolder, 'tabs.json')
  const pane = { profileId: '0d6f4d3e-4e0a-4d67-9a53-3c1d5c2c7c11', service: 'exchange' }
  const tabs = JSON.stringify({ version: 2, tabs: [{ name: null, isPinned: true, isZoomed: false, active: 0, layout: { pane } }], active: 0 })
  writeFileSync(tabsFile, tabs)
  writeFileSync(join(dataFolder, 'profiles.json'), '{"version":2}')
  const under = await startCore({ dataFolder })
  await under.call('sessions.arrange', { tabs: [] })
  await under.core.dispose()
  expect(readFileSync(tabsFile, 'utf8')).toBe(tabs)
})
