import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from '../../app/process-tree.ts'
import type { Engine } from '../engines.ts'

/**
 * A fake PowerShell that says its version and then, as a session's shell, never says hello; its process has a child.
 * From `speak()` on, what is started by its path is the real engine.
 */
export class SilentShell {
  readonly folder = mkdtempSync(join(tmpdir(), 'tenantry-silent-'))
  /** The environment of a core that finds this shell and no other. */
  readonly env: NodeJS.ProcessEnv
  readonly #pids = join(this.folder, 'pids')
  readonly #speaks = join(this.folder, 'speaks')

  constructor(engine: Engine) {
    const path = join(this.folder, 'pwsh')
    const script = `#!/bin/sh
for argument in "$@"; do
  if [ "$argument" = -NonInteractive ]; then echo '7.6.5|Core|'; exit; fi
done
if [ -e '${this.#speaks}' ]; then exec '${engine.path}' "$@"; fi
echo 'this shell says no hello'
sleep 1000 &
echo $$ $! >>'${this.#pids}'
wait
`
    writeFileSync(path, script, { mode: 0o755 })
    this.env = { ...engine.env, TENANTRY_PWSH: path, TENANTRY_ENGINE_CONSOLE: undefined }
  }

  speak(): void {
    writeFileSync(this.#speaks, '')
  }

  /** Every process that was started as this shell, and their children, dead or alive. */
  get pids(): number[] {
    return existsSync(this.#pids) ? readFileSync(this.#pids, 'utf8').trim().split(/\s+/).map(Number) : []
  }

  /** Waits until none of its processes is left; a test's own time limit ends it. */
  async gone(): Promise<void> {
    while (this.pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  dispose(): void {
    for (const pid of this.pids.filter(isAlive)) process.kill(pid, 'SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}
