import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { installCommand, moduleInstallation, packageCommand } from '../../app/powershell/install-command.ts'

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

describe('the command for a Linux with neither .NET SDK nor snap', () => {
  const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n'
  const offered = (osRelease: string, more: { arch?: string; isRoot?: boolean } = {}) =>
    packageCommand({ osRelease, arch: 'x64', isRoot: false, ...more })

  it('registers Microsoft’s repository and installs from it', () => {
    expect(offered(debian)).toBe(
      'sudo apt-get update && sudo apt-get install -y wget && wget -q https://packages.microsoft.com/config/debian/12/packages-microsoft-prod.deb && ' +
        'sudo dpkg -i packages-microsoft-prod.deb && rm packages-microsoft-prod.deb && sudo apt-get update && sudo apt-get install -y powershell'
    )
    expect(offered('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n')).toContain('/config/ubuntu/24.04/packages-microsoft-prod.deb')
    expect(offered('ID="rhel"\nVERSION_ID="9.5"\n')).toBe(
      'curl -sSL -O https://packages.microsoft.com/config/rhel/9/packages-microsoft-prod.rpm && sudo rpm -i packages-microsoft-prod.rpm && ' +
        'rm packages-microsoft-prod.rpm && sudo dnf install -y powershell'
    )
  })

  it('asks root for no sudo', () => {
    expect(offered(debian, { isRoot: true })).not.toContain('sudo')
  })

  it.each([
    ['a version that is not documented', 'ID=debian\nVERSION_ID="10"\n'],
    ['a distribution that is not documented', 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22.04"\n'],
    ['a version that is no version', 'ID=debian\nVERSION_ID="12; reboot"\n'],
    ['an empty file', '']
  ])('is none for %s', (_, osRelease) => {
    expect(offered(osRelease)).toBe(null)
  })

  it('is none for a processor that the repository has no package for', () => {
    expect(offered(debian, { arch: 'arm64' })).toBe(null)
  })
})

describe('installing the module', () => {
  it('is done for the user alone, by the PowerShell of the sessions', () => {
    expect(moduleInstallation('ExchangeOnlineManagement', '/usr/bin/pwsh', 'linux')).toEqual({
      name: 'Install ExchangeOnlineManagement',
      command: 'Install-Module ExchangeOnlineManagement -Scope CurrentUser',
      program: { file: '/usr/bin/pwsh', args: ['-NoLogo', '-NoProfile', '-Command', 'Install-Module ExchangeOnlineManagement -Scope CurrentUser'] }
    })
    expect(moduleInstallation('ExchangeOnlineManagement', 'pwsh.exe', 'win32').program!.args).toEqual(expect.arrayContaining(['-ExecutionPolicy', 'RemoteSigned']))
  })
})
