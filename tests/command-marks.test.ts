import headless from '@xterm/headless'
import serialize from '@xterm/addon-serialize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CommandMarks } from '../app/command-marks.ts'

const nonce = 'n0nce'
const mark = (text: string) => `\x1b]633;${text};${nonce}\x07`
const prompt = `${mark('A')}PS> ${mark('B')}`
const typed = (line: string) => `${line}\r\n${mark(`E;${encodeURIComponent(line).replaceAll('%', '\\x')};whole`)}${mark('C;1000')}`
const ended = (outcome = '0', milliseconds = 100) => mark(`D;${outcome};${milliseconds}`)
/** A command from its prompt to the next one's beginning. */
const command = (line: string, output: string, outcome = '0') => `${prompt}${typed(line)}${output}${ended(outcome)}`

function terminal({ cols = 40, rows = 10, scrollback = 100 } = {}) {
  const screen = new headless.Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: 'off' })
  const serializer = new serialize.SerializeAddon()
  screen.loadAddon(serializer)
  const marks = new CommandMarks(screen)
  marks.setNonce(nonce)
  const write = (text: string | Uint8Array) => new Promise<void>((resolve) => screen.write(text, resolve))
  const rowText = (row: number | null) => (row === null ? null : screen.buffer.normal.getLine(row)?.translateToString(true))
  const seen = () => marks.commands.map((one) => ({ line: one.line, outcome: one.outcome, prompt: rowText(marks.rowsOf(one).prompt), output: marks.outputOf(one) }))
  return { screen, marks, write, seen, serializer }
}

describe('the commands of a screen', () => {
  it('have their line, outcome, time, prompt and output', async () => {
    const { write, seen, marks } = terminal()
    await write(command('Get-Mailbox', 'Adele\r\nAlex\r\n') + command('throw 1', 'no\r\n', '1') + prompt)
    expect(seen()).toEqual([
      { line: 'Get-Mailbox', outcome: 'ok', prompt: 'PS> Get-Mailbox', output: 'Adele\nAlex' },
      { line: 'throw 1', outcome: 'failed', prompt: 'PS> throw 1', output: 'no' }
    ])
    expect(marks.commands[0]).toMatchObject({ startedAt: 1000, seconds: 0.1, isCut: false })
  })

  it('run until they end', async () => {
    const { write, seen } = terminal()
    await write(prompt + typed('Start-Sleep 9') + 'so far\r\n')
    expect(seen()).toMatchObject([{ outcome: 'running', output: 'so far' }])
    await write(ended('', 9000))
    expect(seen()).toMatchObject([{ outcome: 'unknown' }])
  })

  it('have output that ends amid a row', async () => {
    const { write, seen } = terminal()
    await write(command('Write-Host -NoNewline x', 'x') + prompt)
    expect(seen()).toMatchObject([{ output: 'x' }])
  })

  it('have wrapped lines of output in one piece, and blanks at a wrap', async () => {
    const { write, seen } = terminal({ cols: 10 })
    await write(command('x', '123456789 abc\r\nnext\r\n') + prompt)
    expect(seen()[0]!.output).toBe('123456789 abc\nnext')
  })

  it('are not made by another nonce, none, or one that was used before', async () => {
    const { write, seen, marks } = terminal()
    await write(prompt + typed('Get-Mailbox') + '\x1b]633;D;0;1\x07\x1b]633;D;0;1;wrong\x07\x1b]633;A\x07\x1b]633;E;evil;whole\x07\x1b]633;C;5\x07')
    expect(seen()).toMatchObject([{ line: 'Get-Mailbox', outcome: 'running' }])
    marks.setNonce('another')
    expect(seen()).toMatchObject([{ outcome: 'unknown' }])
    await write(command('of the shell before', ''))
    expect(seen()).toHaveLength(1)
  })

  it('are not made of half a sequence, and a later one counts', async () => {
    const { write, seen } = terminal()
    await write(`\x1b]633;A;${nonce}`)
    expect(seen()).toEqual([])
    await write('\x1b\\' + command('ls', '') + prompt)
    expect(seen()).toMatchObject([{ line: 'ls' }])
  })

  it('are the same however the output is cut into pieces', async () => {
    const { write, seen } = terminal()
    for (const byte of Buffer.from(command('Zoë; "x"', 'Zoë\r\n') + prompt)) await write(Uint8Array.of(byte))
    expect(seen()).toEqual([{ line: 'Zoë; "x"', outcome: 'ok', prompt: 'PS> Zoë; "x"', output: 'Zoë' }])
  })

  it('go with their lines, the output’s last line last', async () => {
    const { write, seen, marks } = terminal({ rows: 5, scrollback: 5 })
    await write(command('first', '1\r\n2\r\n') + command('second', Array.from({ length: 7 }, (_, at) => `${at}\r\n`).join('')) + prompt)
    expect(seen()).toMatchObject([{ line: 'first', prompt: null, output: '2' }, { line: 'second' }])
    await write('\r\n'.repeat(4))
    expect(seen()).toMatchObject([{ line: 'second', prompt: null }])
    expect(marks.rowsOf(marks.commands[0]!).output).toBe(0)
    await write('\r\n'.repeat(20))
    expect(seen()).toEqual([])
  })

  it('go where the screen is cleared, the one that cleared it among them', async () => {
    const { write, seen } = terminal()
    await write(command('first', 'x\r\n'.repeat(30)) + prompt + typed('Clear-Host') + '\x1b[H\x1b[2J\x1b[3J' + ended() + prompt)
    expect(seen()).toEqual([])
    await write(typed('next') + ended() + prompt)
    expect(seen()).toMatchObject([{ line: 'next', prompt: 'PS> next' }])
  })

  it('go where the terminal is reset', async () => {
    const { write, seen } = terminal()
    await write(command('first', 'x\r\n') + '\x1bc' + command('second', '') + prompt)
    expect(seen()).toMatchObject([{ line: 'second', prompt: 'PS> second' }])
  })

  it('keep their lines where a window gets narrower and wide again', async () => {
    const { write, seen, screen } = terminal({ cols: 40, rows: 8 })
    await write(command('first', `${'long line '.repeat(6)}\r\n`) + command('second', 'x\r\n', '1') + prompt)
    const before = seen()
    for (const cols of [15, 22, 40]) screen.resize(cols, 8)
    expect(seen()).toEqual(before)
  })

  it('are not made inside a full-screen program, and go on after it', async () => {
    const { write, seen } = terminal()
    await write(prompt + typed('less') + '\x1b[?1049h' + 'page' + command('inside', '') + '\x1b[?1049l' + 'after\r\n' + ended() + prompt)
    expect(seen().filter(({ line }) => line === 'inside')).toEqual([])
    expect(seen()).toMatchObject([{ line: 'less', prompt: 'PS> less' }])
  })

  it('take the newest prompt where a line editor drew it again', async () => {
    const { write, seen } = terminal()
    await write(`${prompt}\r\n\r\n${prompt}${typed('ls')}${ended()}`)
    expect(seen()).toMatchObject([{ line: 'ls', prompt: 'PS> ls' }])
  })

  it('are a thousand at most', async () => {
    const { write, marks } = terminal({ scrollback: 5000 })
    await write(Array.from({ length: 1200 }, (_, at) => command(`c${at}`, '')).join('') + prompt)
    expect(marks.commands).toHaveLength(1000)
    expect(marks.commands.at(-1)!.line).toBe('c1199')
  })

  it('hold a million characters of lines at most', async () => {
    const { write, marks } = terminal({ cols: 200, scrollback: 5000 })
    const line = 'x'.repeat(16_000)
    for (let at = 0; at < 80; at++) await write(`${prompt}\r\n${mark(`E;${line};whole`)}${mark('C;1')}${ended()}`)
    expect(marks.commands.length).toBe(62)
  })
})

describe('another terminal that is given the same screen', () => {
  async function again(from: ReturnType<typeof terminal>, size: Parameters<typeof terminal>[0]) {
    const to = terminal(size)
    await to.write(from.serializer.serialize({ scrollback: 100 }))
    to.marks.restore(JSON.parse(JSON.stringify(from.marks.table())))
    return to
  }

  it('has the same commands, one that runs and scrolled ones among them, and goes on', async () => {
    const from = terminal({ rows: 6, scrollback: 30 })
    await from.write(Array.from({ length: 30 }, (_, at) => command(`c${at}`, `out ${at}\r\n`, String(at % 2))).join('') + prompt + typed('running') + 'so far\r\n')
    const to = await again(from, { rows: 6, scrollback: 30 })
    expect(to.seen()).toEqual(from.seen())
    for (const one of [from, to]) await one.write(`more\r\n${ended('1')}${prompt}${typed('next')}x\r\n${ended()}`)
    expect(to.seen()).toEqual(from.seen())
    expect(to.seen().at(-2)).toMatchObject({ line: 'running', outcome: 'failed', output: 'so far\nmore' })
  })

  it('has them also where it is less high', async () => {
    const from = terminal({ rows: 10, scrollback: 20 })
    await from.write(Array.from({ length: 40 }, (_, at) => command(`c${at}`, `out ${at}\r\n`)).join('') + prompt)
    const to = await again(from, { rows: 6, scrollback: 20 })
    expect(to.seen().length).toBeGreaterThan(10)
    expect(from.seen().slice(1 - to.seen().length)).toEqual(to.seen().slice(1))
    expect(to.seen()[0]).toMatchObject({ line: 'c27', prompt: null, output: 'out 27' })
  })

  it('has none where its lines are wrapped at another width', async () => {
    const from = terminal({ cols: 40 })
    await from.write(command('first', 'x\r\n') + prompt)
    expect((await again(from, { cols: 30 })).seen()).toEqual([])
  })

  it('has them after the full-screen program that it shows', async () => {
    const from = terminal()
    await from.write(command('first', 'x\r\n') + prompt + typed('less') + '\x1b[?1049hpage')
    const to = await again(from, {})
    expect(to.seen()).toEqual([])
    for (const one of [from, to]) await one.write('\x1b[?1049l' + ended() + prompt)
    expect(to.seen()).toEqual(from.seen())
    expect(to.seen()).toHaveLength(2)
  })
})

describe('what is typed at the prompt', () => {
  it('is what stands behind it, over all its rows, until it runs', async () => {
    const { write, marks } = terminal({ cols: 20 })
    expect(marks.typedLine()).toBe('')
    await write(command('first', 'out\r\n') + prompt)
    expect(marks.typedLine()).toBe('')
    await write('Get-Mailbox anna -ResultSize 1\x1b[H')
    expect(marks.typedLine()).toContain('Get-Mailbox')
    await write('\x1b[2J\x1b[H' + prompt + 'if (1) {\r\n>> ')
    expect(marks.typedLine()).toBe('if (1) {\n>>')
    await write(typed('') + 'output')
    expect(marks.typedLine()).toBe('')
  })

  it('is not known under a full-screen program, nor where the prompt itself no longer fits a row', async () => {
    const { write, marks, screen } = terminal()
    await write(`${mark('A')}A long prompt of a tenant PS> ${mark('B')}typed`)
    expect(marks.typedLine()).toBe('typed')
    await write('\x1b[?1049h')
    expect(marks.typedLine()).toBe('')
    await write('\x1b[?1049l')
    screen.resize(12, 10)
    expect(marks.typedLine()).toBe('')
  })

  it('is nothing behind a prompt that is drawn anew', async () => {
    const { write, marks } = terminal()
    await write(`${prompt}\r\nWhat was shown meanwhile\r\n${mark('A')}PS> `)
    expect(marks.typedLine()).toBe('')
  })
})

describe('whatever a program prints', () => {
  const pieces = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('\x1b[2J', '\x1b[3J', '\x1b[H', '\x1bc', '\x1b[?1049h', '\x1b[?1049l', '\x1b]633;', '\x1b]633;A\x07', '\x1b]633;D;0;1;forged\x07', '\x1b\\', '\x07', '\r\n', '\x1b[5L', '\x1b[5M', '\x1b[3S', '\x1bP', '\x18'),
    fc.constantFrom(...['A', 'B', 'C;1', 'D;0;1', 'D;1;1', 'E;ls;whole'].map(mark))
  )

  it('keeps a table of rows that are there, in order', async () => {
    await fc.assert(fc.asyncProperty(fc.array(pieces, { maxLength: 60 }), fc.integer({ min: 2, max: 60 }), async (parts, cols) => {
      const { screen, marks, write } = terminal({ rows: 4, scrollback: 8 })
      for (const part of parts) await write(part)
      screen.resize(cols, 4)
      for (const one of marks.commands) {
        const { prompt: at, output, end } = marks.rowsOf(one)
        expect(output).toBeGreaterThanOrEqual(0)
        expect(end).toBeGreaterThanOrEqual(output)
        expect(end).toBeLessThanOrEqual(screen.buffer.normal.length + 1)
        if (at !== null) expect(at).toBeLessThan(screen.buffer.normal.length)
        marks.outputOf(one)
      }
      expect(marks.commands.filter(({ outcome }) => outcome === 'running').length).toBeLessThanOrEqual(1)
      screen.dispose()
    }), { numRuns: 300 })
  })

  it('makes no command without the nonce', async () => {
    const forged = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('A', 'B', 'C', 'C;1', 'D', 'D;0', 'D;0;1', 'E;ls', 'E;ls;whole', 'P;Cwd=/').map((text) => `\x1b]633;${text}\x07`), fc.string().map((text) => `\x1b]633;A;${text}\x07\x1b]633;C;1;${text}\x07`))
    await fc.assert(fc.asyncProperty(fc.array(forged, { maxLength: 40 }), async (parts) => {
      fc.pre(!parts.join('').includes(nonce))
      const { screen, marks, write } = terminal()
      await write(parts.join(''))
      expect(marks.commands).toEqual([])
      screen.dispose()
    }))
  })
})
