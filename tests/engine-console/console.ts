import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn as spawnPty } from 'node-pty'

/** What a command printed and how it ended, colours removed. */
export interface CommandResult {
  stdout: string
  stderr: string
  exitCode: number | null
}

/** Runs one command the way the recorded cases were run: no colours, UTF-8, no input. */
export function runCommand(executable: string, args: string[]): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(executable, args, {
      env: { ...process.env, NO_COLOR: '1', LANG: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ stdout: text(stdout), stderr: text(stderr), exitCode }))
  })
}

function text(chunks: Buffer[]): string {
  return withoutColours(Buffer.concat(chunks).toString('utf8'))
}

/** Removes escape sequences: colours, cursor movements and titles. */
export function withoutColours(value: string): string {
  return value.replace(/\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[=>])/g, '')
}

/** A console in a bare pty: nobody answers a question about the cursor, so a console that asks would hang. */
export class ConsoleInPty {
  output = ''
  readonly exited: Promise<number>
  private readonly home = mkdtempSync(join(tmpdir(), 'engine-console-'))
  private readonly pty
  private waiting: (() => void)[] = []
  private mark = 0

  constructor(executable: string, args: string[] = []) {
    this.pty = spawnPty(executable, ['-NoLogo', '-NoProfile', ...args], {
      name: 'xterm-256color',
      cols: 80,
      rows: 24,
      cwd: this.home,
      env: { ...process.env, LANG: 'C.UTF-8', NO_COLOR: '' } as Record<string, string>
    })
    this.pty.onData((data) => {
      this.output += data
      for (const wake of this.waiting.splice(0)) wake()
    })
    this.exited = new Promise((resolve) => this.pty.onExit(({ exitCode }) => resolve(exitCode)))
  }

  /** Sends keys; what is waited for next must come after them. */
  type(keys: string): void {
    this.mark = this.output.length
    this.pty.write(keys)
  }

  /** Waits until what came since the last keys matches, and answers it without colours. */
  async see(pattern: RegExp): Promise<string> {
    for (;;) {
      const seen = withoutColours(this.output.slice(this.mark))
      if (pattern.test(seen)) return seen
      await new Promise<void>((wake) => this.waiting.push(wake))
    }
  }

  dispose(): void {
    try {
      this.pty.kill('SIGKILL')
    } catch {
      // It has ended already.
    }
    rmSync(this.home, { recursive: true, force: true })
  }
}
