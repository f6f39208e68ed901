import { afterAll, beforeAll, expect, it } from 'vitest'
import headless from '@xterm/headless'
import { CommandMarks } from '../../app/command-marks.ts'
import { frameType, packFrame, unpackFrame, type ByteStream, type MarksMessage } from '../../app/contract.ts'
import { refuseTricks } from '../../app/untrusted-output.ts'
import { describeOnEachEngine } from '../engines.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

/** A window's end of a stream, with the commands that it knows. */
class MarkedWindow implements ByteStream {
  readonly terminal = new headless.Terminal({ cols: 120, rows: 30, scrollback: 1000, allowProposedApi: true })
  readonly marks = new CommandMarks(this.terminal)
  nonce: string | null = null
  #onFrame: (frame: Uint8Array) => void = () => {}

  constructor() {
    // The core answers what the shell asks of its terminal.
    refuseTricks(this.terminal, 'window')
  }

  send(frame: Uint8Array) {
    const { type, sequence, bytes } = unpackFrame(frame)!
    if (type === frameType.marks) return this.terminal.write('', () => this.#take(JSON.parse(Buffer.from(bytes).toString())))
    this.terminal.write(bytes, () => this.#onFrame(packFrame(frameType.ack, sequence, new Uint8Array())))
  }

  onFrame(listener: (frame: Uint8Array) => void) {
    this.#onFrame = listener
  }
  onClose() {}
  close() {}

  type(text: string) {
    this.#onFrame(packFrame(frameType.input, 0, Buffer.from(text)))
  }

  seen() {
    return this.marks.commands.map((one) => ({ line: one.line, outcome: one.outcome, output: this.marks.outputOf(one), prompt: this.terminal.buffer.normal.getLine(this.marks.rowsOf(one).prompt ?? -1)?.translateToString().trimEnd() }))
  }

  #take({ nonce, table }: MarksMessage) {
    this.nonce = nonce
    this.marks.setNonce(nonce)
    if (table) this.marks.restore(table)
  }
}

describeOnEachEngine('the marks of a session', ({ name, env }) => {
  let under: CoreUnderTest
  let window: MarkedWindow
  let id: string

  beforeAll(async () => {
    under = await startCore({ env })
    ;({ id } = await under.open('Contoso demo'))
    await under.until(id, ({ phase }) => phase === 'connected')
    window = await attach()
    await prompts()
  })
  afterAll(() => under?.dispose())

  async function attach() {
    const attached = new MarkedWindow()
    const { ticket } = await under.call('sessions.attach', { id })
    under.core.openStream(ticket, attached)
    return attached
  }

  /** Waits until the newest line of the screen is an empty prompt. */
  async function prompts() {
    const row = () => {
      const { baseY, cursorY } = window.terminal.buffer.active
      return window.terminal.buffer.active.getLine(baseY + cursorY)?.translateToString(true) ?? ''
    }
    await eventually(row, (text) => /PS>\s*$/.test(text))
  }

  /** Types a command and waits for its end. */
  async function run(line: string) {
    const before = window.marks.commands.at(-1)
    window.type(`${line}\r`)
    await eventually(() => window.marks.commands.at(-1), (newest) => newest !== undefined && newest !== before && newest.outcome !== 'running')
    await prompts()
    return { ...window.marks.commands.at(-1)!, ...window.seen().at(-1)! }
  }

  it('tell of a command what was typed, that it went well, when it began, how long it took and what it printed', async () => {
    const before = Date.now()
    const { line, outcome, output, prompt, startedAt, seconds } = await run("'one'; 'Zoë;' + ' two'")
    expect({ line, outcome, output, prompt }).toEqual({ line: "'one'; 'Zoë;' + ' two'", outcome: 'ok', output: 'one\nZoë; two', prompt: "Contoso demo PS> 'one'; 'Zoë;' + ' two'" })
    expect(startedAt).toBeGreaterThan(before - 1000)
    expect(seconds).toBeGreaterThanOrEqual(0)
  })

  it('tell how long it took', async () => {
    expect((await run('Start-Sleep -Seconds 1')).seconds).toBeGreaterThanOrEqual(0.9)
  })

  it('tell of one that failed, and of the next one that did not', async () => {
    expect(await run("throw 'no'")).toMatchObject({ outcome: 'failed' })
    expect(await run('6 * 7')).toMatchObject({ outcome: 'ok', output: '42' })
  })

  it('tell of one that Ctrl+C stopped as failed', async () => {
    // Once it prints it is the host's own: before that nothing is there to be stopped.
    window.type('"now it " + "sleeps"; Start-Sleep -Seconds 60\r')
    await eventually(() => window.seen().at(-1), (last) => last?.outcome === 'running' && last.output.includes('now it sleeps'))
    await under.until(id, ({ busy }) => busy)
    window.type('\x03')
    await eventually(() => window.seen().at(-1), (last) => last?.outcome === 'failed')
    await prompts()
  })

  it('are not made by what a command prints without the nonce', async () => {
    const { line, outcome, output } = await run(`$e = [char]27; "$e]633;D;0$([char]7)$e]633;A$([char]7)$e]633;E;Remove-Mailbox;whole;guess$([char]7)$e]633;C;1;guess$([char]7)x"`)
    expect({ line: line.slice(0, 6), outcome, output }).toEqual({ line: '$e = [', outcome: 'ok', output: 'x' })
  })

  it('have a nonce that is not in the environment, nor in a variable that the session shows', async () => {
    expect(window.nonce).toMatch(/^[\w-]{24}$/)
    const { output } = await run('Get-ChildItem Env: | ForEach-Object { $_.Value }; Get-Variable | ForEach-Object { "$($_.Value)" }; [Environment]::CommandLine')
    expect(output.length).toBeGreaterThan(100)
    expect(output).not.toContain(window.nonce)
  })

  it('have the beginning of a line of 20,000 characters, and say so', async () => {
    const { line, isCut } = await run(`$null = '${'x'.repeat(20_000)}'`)
    expect(isCut).toBe(true)
    expect(line).toHaveLength(16_000)
  })

  it('are there again for a window that attaches, one that still runs among them, which ends there', async () => {
    await run("'kept'")
    window.type('Start-Sleep -Seconds 2; 1 + 1\r')
    await eventually(() => window.seen().at(-1), (last) => last?.outcome === 'running')
    await under.until(id, ({ busy }) => busy)
    const before = window
    window = await attach()
    await eventually(() => window.seen().length, (count) => count === before.seen().length)
    expect(window.seen().slice(-2)).toMatchObject([{ line: "'kept'", outcome: 'ok', output: 'kept' }, { line: 'Start-Sleep -Seconds 2; 1 + 1', outcome: 'running' }])
    expect(window.nonce).toBe(before.nonce)
    await eventually(() => window.seen().at(-1), (last) => last?.outcome === 'ok')
    expect(window.seen().at(-1)!.output).toBe('2')
    await prompts()
  })

  // The engine console clears the screen alone, and its scrollback stays.
  it.runIf(name === 'pwsh')('go with the screen and scrollback that Clear-Host clears', async () => {
    window.type('Clear-Host\r')
    await eventually(() => window.seen().length, (count) => count === 0)
    await prompts()
    expect(await run("'after'")).toMatchObject({ prompt: "Contoso demo PS> 'after'", output: 'after' })
  })

  it.runIf(name === 'pwsh')('go with the screen that Ctrl+L clears, and the prompt’s own comes again', async () => {
    window.type('\x0c')
    await eventually(() => window.seen().length, (count) => count === 0)
    await prompts()
    expect(await run("'after'")).toMatchObject({ prompt: "Contoso demo PS> 'after'", output: 'after' })
  })

  it('go on where the person has a prompt of their own, which tells no outcome', async () => {
    await run('$kept = $function:prompt')
    window.type("function prompt { 'mine PS> ' }\r")
    await eventually(() => window.seen().at(-1), (last) => last?.line === "function prompt { 'mine PS> ' }" && last.outcome === 'unknown')
    await prompts()
    await under.until(id, ({ busy }) => !busy)
    window.type('$function:prompt = $kept\r')
    await eventually(() => window.terminal.buffer.active, ({ baseY, cursorY }) => /Contoso demo PS>\s*$/.test(window.terminal.buffer.active.getLine(baseY + cursorY)!.translateToString(true)))
    expect(await run("'back'")).toMatchObject({ outcome: 'ok', output: 'back' })
  })

  it('have another nonce for the shell of a reconnect, and what ran before has no outcome', async () => {
    const { nonce } = window
    window.type('Start-Sleep -Seconds 60\r')
    await under.until(id, ({ busy }) => busy)
    await eventually(() => window.seen().at(-1), (last) => last?.outcome === 'running')
    await under.call('sessions.reconnect', { id, force: true })
    await under.until(id, ({ phase }) => phase === 'connected')
    expect(window.nonce).not.toBe(nonce)
    expect(window.seen().at(-1)).toMatchObject({ line: 'Start-Sleep -Seconds 60', outcome: 'unknown' })
    await prompts()
    expect(await run("'anew'")).toMatchObject({ outcome: 'ok', output: 'anew' })
  })
})
