import { spawn as spawnPty } from 'node-pty'
import { vi } from 'vitest'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../engines.ts'

export interface ShellOutput {
  /** Standard output and standard error together, without colours. */
  text: string
  lines: string[]
}

/** Runs a script's text in a shell of its own, on a wide terminal as an admin would; `HOME` and the temporary folder are its own too. */
export async function runScript(shell: Pick<Engine, 'path'>, script: string): Promise<ShellOutput> {
  const folder = mkdtempSync(join(tmpdir(), 'demo-shell-'))
  const file = join(folder, 'script.ps1')
  writeFileSync(file, `\uFEFF${script}`)
  const env = { ...process.env, HOME: folder, TMPDIR: folder, NO_COLOR: '1', TERM: 'dumb' } as Record<string, string>
  const pty = spawnPty(shell.path, ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', file], { cols: 250, rows: 50, env, cwd: folder })
  let text = ''
  pty.onData((data) => (text += data))
  await new Promise((resolve) => pty.onExit(resolve))
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
export async function openTerminal(shell: Pick<Engine, 'path'>, script: string): Promise<TestTerminal> {
  const folder = mkdtempSync(join(tmpdir(), 'demo-terminal-'))
  const file = join(folder, 'script.ps1')
  writeFileSync(file, `\uFEFF${script}`)
  const env = { ...process.env, HOME: folder, TMPDIR: folder } as Record<string, string>
  const pty = spawnPty(shell.path, ['-NoLogo', '-NoProfile', '-NoExit', '-File', file], { cols: 160, rows: 40, env, cwd: folder })
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
