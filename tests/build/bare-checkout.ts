import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../../build/setup.mjs'

export interface Ran {
  stdout: string
  stderr: string
  status: number | null
}

/**
 * The set-up's own files in a checkout of nothing else, on a PATH of nothing but fakes: each writes down how it was
 * called. What it would install is not installed.
 */
export class BareCheckout {
  readonly folder = mkdtempSync(join(tmpdir(), 'tenantry-set-up-'))

  constructor() {
    for (const name of ['setup', 'running', 'test']) cpSync(join(root, 'build', `${name}.mjs`), this.path('build', `${name}.mjs`))
    this.write('package.json', '{"type":"module"}')
    this.write('package-lock.json', '{}')
    this.fakeCommand('npm', '/bin/mkdir -p node_modules')
    this.fakeCommand('pkg-config')
  }

  path(...names: string[]): string {
    return join(this.folder, ...names)
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  /** @param script lines of sh for what it does beyond writing its call down */
  fakeCommand(name: string, script = '', folder = 'bin'): void {
    this.write(join(folder, name), `#!/bin/sh\necho ${name} "$@" >> '${this.path('calls')}'\n${script}\n`)
    chmodSync(this.path(folder, name), 0o755)
  }

  /** How the fakes were called since the last look. */
  calls(): string[] {
    const file = this.path('calls')
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
    rmSync(file, { force: true })
    return lines
  }

  /** Runs lines of a module of which `setup` is the set-up, as root or not, on a Node that calls itself `version`. */
  run(lines: string, { uid = 1000, version = process.versions.node } = {}): Ran {
    const pretend = `process.getuid = () => ${uid}; Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
    const script = `${pretend}; const setup = await import('./build/setup.mjs'); await setup.runMain(async () => { ${lines} })`
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: this.folder, env: { PATH: this.path('bin') }, encoding: 'utf8' })
    return { stdout: stdout.trim(), stderr: stderr.trim(), status }
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
