import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { spawn as spawnPty } from 'node-pty'
import type { MachineOptions } from '../app/machine.ts'

/**
 * A machine that has no PowerShell: nothing on PATH, an empty home, and where another one lies in a usual place of
 * the real machine it can't be started. A fake .NET SDK in the home tells what it was asked to install, and leaves a
 * fake PowerShell that only knows its version.
 */
export class MachineWithoutPowerShell {
  readonly home = mkdtempSync(join(tmpdir(), 'tenantry-bare-'))
  readonly options: Pick<MachineOptions, 'env' | 'spawn'>
  /** What the offered install command is. */
  readonly installCommand: string
  /** What the fake SDK prints when it ran. */
  readonly installed = 'the SDK was told: tool install --global PowerShell'
  /** Programs that something tried to start outside of the home. */
  readonly refused: string[] = []

  constructor() {
    const sdk = join(this.home, '.dotnet')
    mkdirSync(join(sdk, 'sdk'), { recursive: true })
    writeFileSync(join(sdk, 'dotnet'), fakeSdk, { mode: 0o755 })
    this.installCommand = `${join(sdk, 'dotnet')} tool install --global PowerShell`
    this.options = {
      env: { PATH: '', HOME: this.home, SHELL: '/bin/sh' },
      spawn: {
        pty: spawnPty,
        process: (file, args, options) => {
          const isOwn = file.startsWith(this.home)
          if (!isOwn) this.refused.push(file)
          return spawn(isOwn ? file : join(this.home, 'not there', basename(file)), args, options)
        }
      }
    }
  }

  dispose(): void {
    rmSync(this.home, { recursive: true, force: true })
  }
}

const fakeSdk = `#!/bin/sh
/bin/mkdir -p "$HOME/.dotnet/tools"
printf '%s\\n' '#!/bin/sh' 'echo "7.6.5|Core|"' >"$HOME/.dotnet/tools/pwsh"
/bin/chmod +x "$HOME/.dotnet/tools/pwsh"
echo "the SDK was told: $*"
`
