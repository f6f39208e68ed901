import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn as ptySpawn, type IPtyForkOptions } from 'node-pty'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'
import { harmlessAnswers, tricks } from './tricks.ts'

/* The tricks of tricks.ts, printed by a real shell in a real session: what counts is what got into the shell. */

const floods: Record<string, string> = {
  'a flood of questions': '\x1b[c\x1b[6n\x1b]11;?\x07\x1bP$qm\x1b\\'.repeat(20_000),
  'a flood of lines': 'one more line of a flood that nobody reads\r\n'.repeat(100_000),
  'a flood without a line’s end': 'x'.repeat(4 * 1024 * 1024)
}
const printed = Object.entries({ ...tricks, ...floods }).map(([name, text]): [string, Buffer] => [name, /[^\x00-\xff]/.test(text) ? Buffer.from(text) : Buffer.from(text, 'latin1')])

describeOnMainEngine('what a real shell prints', ({ name: engine, env }) => {
  let under: CoreUnderTest
  let folder: string
  let window: AttachedWindow
  let id: string
  /** The nonce of this shell's marks, as its first prompt has it. */
  let nonce: string
  const typed: string[] = []
  /** All that went into the shell, piece by piece. */
  const written: string[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-tricks-'))
    for (const [at, [, bytes]] of printed.entries()) writeFileSync(join(folder, String(at)), bytes)
    // Whoever saves the scrollback waits until the core's screen shows all of it.
    under = await startCore({ env, spawn: { pty: recordedPty, process: spawn } }, { saveFile: async ({ fileName }) => fileName })
    ;({ id } = await under.open('Contoso demo'))
    await under.until(id, ({ phase }) => phase === 'connected')
    window = await under.attach(id)
    await window.shows(/\x1b\]633;B;[\w-]+\x07/)
    nonce = /\x1b\]633;B;([\w-]+)\x07/.exec(window.text)![1]!
    await prompts()
    await run(`Set-Location '${folder}'; function Show-File($Name) { $out = [Console]::OpenStandardOutput(); $bytes = [IO.File]::ReadAllBytes("${folder}/$Name"); $out.Write($bytes, 0, $bytes.Length); $out.Flush() }`)
  })
  afterAll(async () => {
    await under?.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  function recordedPty(file: string, args: string[], options: IPtyForkOptions) {
    const pty = ptySpawn(file, args, options)
    const write = pty.write.bind(pty)
    pty.write = (data) => {
      written.push(data.toString())
      write(data)
    }
    return pty
  }

  /** Waits for a prompt, by the shell's own mark, and until its line editor has the core's answer to where it is. */
  async function prompts() {
    await window.shows(new RegExp(`\\x1b\\]633;B;${nonce}\\x07${engine === 'pwsh' ? '[^]*\\x1b\\[6n' : ''}`))
    await under.call('sessions.saveScrollback', { id })
  }

  /** The lines that the shell itself says it ran. */
  const ran = () => [...window.text.matchAll(new RegExp(`\\x1b\\]633;E;([^;\\x07]*);whole;${nonce}\\x07`, 'g'))].map(([, line]) => line!.replaceAll(/\\x([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))))

  /** Types a line, waits for the prompt after it, and looks that no other one ran. */
  async function run(line: string) {
    window.text = ''
    typed.push(line)
    window.type(`${line}\r`)
    await window.shows(new RegExp(`\\x1b\\]633;D;[^\\x07]*;${nonce}\\x07`))
    await prompts()
    expect(ran()).toEqual([line])
  }

  it.each(printed.map(([name], at) => [name, at] as const))('types no line by %s, and the session goes on', async (name, at) => {
    written.length = 0
    await run(`Show-File ${at}`)
    // An answer that nobody read stands in the next line, as in any terminal: Ctrl+C takes it away.
    window.text = ''
    window.type('\x03')
    await prompts()
    await run(`'after ' + ${at}`)
    const answers = written.filter((text) => text !== '\x03' && !typed.includes(text.replace(/\r$/, '')))
    expect(answers.join(''), name).toMatch(harmlessAnswers)
    expect(answers.join('').length, name).toBeLessThan(20_000)
    // The core's own screen, as a window gets it that comes now.
    window = await under.attach(id)
    await window.shows(new RegExp(`after ${at}\\b[^]*Contoso demo`))
    const { sessions } = await under.call('sessions.list', undefined)
    expect(sessions).toMatchObject([{ id, name: 'Contoso demo', phase: 'connected', alive: true, busy: false, unseen: null }])
  })

  it('that never ends is ended by Ctrl+C', async () => {
    window.text = ''
    const line = 'while ($true) { Show-File 0; [Console]::Write("and on it goes ") }'
    window.type(`${line}\r`)
    await eventually(() => window.text.split('and on it goes').length, (count) => count > 100)
    window.type('\x03')
    await window.shows(new RegExp(`\\x1b\\]633;D;[^\\x07]*;${nonce}\\x07`))
    await prompts()
    expect(ran()).toEqual([line])
    typed.push(line)
  })

  it('has left nothing in the history of what the shell ran but what was typed', async () => {
    window.text = ''
    await run("Set-Content -LiteralPath history -Value (ConvertTo-Json @((Get-History).CommandLine))")
    typed.pop()
    expect(JSON.parse(readFileSync(join(folder, 'history'), 'utf8'))).toEqual(typed)
  })
})
