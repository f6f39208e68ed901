import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installCommand } from '../../app/powershell/install-command.ts'

let home: string
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'tenantry-install-'))))
afterEach(() => rmSync(home, { recursive: true, force: true }))

/** Puts a tool into a folder below home; answers the folder. */
function tool(name: string, ...folder: string[]): string {
  const path = join(home, ...folder)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, name), '#!/bin/sh\n', { mode: 0o755 })
  return path
}

/** A .NET SDK in a folder below home. */
function sdk(...folder: string[]): string {
  const path = tool('dotnet', ...folder)
  mkdirSync(join(path, 'sdk'))
  return path
}

describe('the command that installs PowerShell', () => {
  it('on Windows is winget’s, which is part of it', () => {
    expect(installCommand('win32', {})).toBe('winget install --id Microsoft.PowerShell --source winget')
  })

  it('names a tool that PATH has by its name alone', () => {
    expect(installCommand('linux', { PATH: `/nonexistent:${sdk('bin')}`, HOME: '/nonexistent' })).toBe('dotnet tool install --global PowerShell')
    expect(installCommand('darwin', { PATH: tool('brew', 'brewed'), HOME: '/nonexistent' })).toBe('brew install --cask powershell')
  })

  it('names a tool that PATH misses by its path', () => {
    const folder = sdk('.dotnet')
    expect(installCommand('linux', { PATH: '', HOME: home })).toBe(`${folder}/dotnet tool install --global PowerShell`)
  })

  it('quotes a path for the shell', () => {
    const folder = sdk("the admin's $HOME", '.dotnet')
    const command = installCommand('linux', { PATH: '', HOME: join(home, "the admin's $HOME") })
    expect(command).toBe(`'${folder.replace("'", "'\\''")}/dotnet' tool install --global PowerShell`)
  })

  it('follows a link to the SDK, and offers no dotnet that has none', () => {
    const linked = join(home, 'linked')
    mkdirSync(linked)
    symlinkSync(join(sdk('real'), 'dotnet'), join(linked, 'dotnet'))
    expect(installCommand('linux', { PATH: linked, HOME: home })).toBe('dotnet tool install --global PowerShell')
    const runtimeAlone = tool('dotnet', 'runtime')
    expect(installCommand('linux', { PATH: runtimeAlone, HOME: home })).not.toMatch(/^dotnet /)
  })
})
