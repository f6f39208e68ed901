import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { flip } from '../../build/packaging/fuses.mjs'
import { releaseNotes } from '../../build/packaging/release-notes.mjs'
import { makeDistribution } from './stand-in-distribution.ts'

/* What the workflows call on a packaged app, on stand-ins for one. */

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tenantry-workflow-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (script: string) => spawnSync(process.execPath, [resolve('build/packaging', script), folder, '1500'], { encoding: 'utf8' })

describe('the check of the fuses', () => {
  it('passes a package whose fuses are flipped, and no other', async () => {
    const app = makeDistribution(join(folder, 'linux-unpacked'), 'linux')
    spawnSync('mv', [join(app, 'electron'), join(app, 'tenantry')])
    const before = run('check-package.mjs')
    expect([before.status, before.stderr]).toEqual([1, expect.stringMatching(/not as decided: RunAsNode, EnableCookieEncryption, .*GrantFileProtocolExtraPrivileges/)])
    await flip(join(app, 'tenantry'))
    const after = run('check-package.mjs')
    expect([after.status, after.stdout.trim()]).toEqual([0, 'linux-unpacked: all 9 fuses are as decided'])
  })

  it('fails where there is no package', () => {
    expect(run('check-package.mjs').status).toBe(1)
  })
})

describe.skipIf(process.platform === 'win32')('the start of the packaged app', () => {
  /** A program of the shell in the app's place. `$3` is the data folder where it is started as the app is. */
  function program(lines: string): void {
    const file = join(folder, 'linux-unpacked', 'tenantry')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `#!/bin/sh\n[ "$1" = -e ] && { ${lines.includes('NODE') ? `"${process.execPath}" -e "$2"` : 'exit 0'}; exit; }\n${lines}\n`, { mode: 0o755 })
  }
  const comesUp = 'mkdir -p "$2/logs"; echo "now info Tenantry 1.0.0 (electron) on linux" > "$2/logs/tenantry.log"'

  it('is seen in its log, and that it stays', () => {
    program(`${comesUp}; exec sleep 60`)
    const { status, stdout, stderr } = run('smoke.mjs')
    expect([status, stdout.trim(), stderr]).toEqual([0, 'linux-unpacked: starts, and stays', ''])
  })

  it.each([
    ['falls over at once', 'exit 3', /ended by itself \(3\)/],
    ['falls over once it is up', `${comesUp}; sleep 0.7; exit 4`, /ended by itself \(4\)/],
    ['can still be used as Node', `# NODE\n${comesUp}; exec sleep 60`, /runs as Node/]
  ])('fails where it %s', (_, lines, sentence) => {
    program(lines)
    const { status, stderr } = run('smoke.mjs')
    expect([status, stderr]).toEqual([1, expect.stringMatching(sentence)])
  })
})

describe('release notes', () => {
  const changelog = '# Changelog\n\n## Unreleased\n\n- Next\n\n## 1.2.0 (November 2026)\n\n- New\n- Newer\n\n## 1.1.0\n\n- Old\n'
  it.each([['1.2.0', '- New\n- Newer'], ['1.1.0', '- Old'], ['1.3.0', '- Next']])('of %s', (version, notes) => {
    expect(releaseNotes(changelog, version)).toBe(notes)
  })
})
