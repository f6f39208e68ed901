import { execFile } from 'node:child_process'
import { spawn as spawnPty } from 'node-pty'
import { vi } from 'vitest'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

export interface Shell {
  name: string
  file: string
}

/** The PowerShells of this machine: a real pwsh where one is, and the engine console, which the set-up builds. */
export function findShells(): Shell[] {
  const shells: Shell[] = []
  const pwsh = (process.env['PATH'] ?? '').split(':').map((folder) => join(folder, 'pwsh')).find((file) => existsSync(file))
  if (pwsh) shells.push({ name: 'pwsh', file: pwsh })
  const engine = join(root, 'out/engine-console/engine-console')
  if (!pwsh && !existsSync(engine)) throw new Error('There is no PowerShell to test with: `node build/engine-console/build.mjs` builds the engine console.')
  if (existsSync(engine)) shells.push({ name: 'engine console', file: engine })
  return shells
}

export interface ShellOutput {
  /** Standard output and standard error together, without colours. */
  text: string
  lines: string[]
}

/** Runs a script's text in a shell of its own; `HOME` and the temporary folder are its own too. */
export async function runScript(shell: Shell, script: string): Promise<ShellOutput> {
  const folder = mkdtempSync(join(tmpdir(), 'demo-shell-'))
  const file = join(folder, 'script.ps1')
  writeFileSync(file, `\uFEFF${script}`)
  const env = { ...process.env, HOME: folder, TMPDIR: folder, NO_COLOR: '1', TERM: 'dumb' }
  const text = await new Promise<string>((done) => {
    execFile(shell.file, ['-NoLogo', '-NoProfile', '-File', file], { env, maxBuffer: 64 * 1024 * 1024, timeout: 50_000 }, (error, out, err) => done(`${out}${err}${error?.killed ? '\nTIMED OUT' : ''}`))
  })
  rmSync(folder, { recursive: true })
  const plain = withoutColours(text)
  return { text: plain, lines: plain.split('\n').map((line) => line.trimEnd()).filter((line) => line !== '') }
}

export interface TestTerminal {
  type(text: string): void
  text(): string
  shows(text: string): Promise<void>
  close(): void
}

/** Opens a shell on a pty that has run a script and waits for more. */
export async function openTerminal(shell: Shell, script: string): Promise<TestTerminal> {
  const folder = mkdtempSync(join(tmpdir(), 'demo-terminal-'))
  const file = join(folder, 'script.ps1')
  writeFileSync(file, `\uFEFF${script}`)
  const env = { ...process.env, HOME: folder, TMPDIR: folder } as Record<string, string>
  const pty = spawnPty(shell.file, ['-NoLogo', '-NoProfile', '-NoExit', '-File', file], { cols: 160, rows: 40, env, cwd: folder })
  let output = ''
  pty.onData((data) => {
    output += data
    // PSReadLine waits for the answers of a terminal: where the cursor is, and what it can do.
    if (data.includes('\u001b[6n')) pty.write('\u001b[1;1R')
    if (data.includes('\u001b[c')) pty.write('\u001b[?1;2c')
  })
  const text = () => withoutColours(output)
  return {
    type: (typed) => pty.write(typed),
    text,
    shows: async (wanted) => void (await vi.waitUntil(() => text().includes(wanted), { timeout: 20_000, interval: 50 })),
    close: () => {
      pty.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function withoutColours(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/\r/g, '')
}
