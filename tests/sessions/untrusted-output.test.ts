import { readFileSync } from 'node:fs'
import headless from '@xterm/headless'
import { describe, expect, it } from 'vitest'
import { Output } from '../../app/sessions/output.ts'
import { refuseTricks } from '../../app/untrusted-output.ts'
import { fuzzSeed, garbage, harmlessAnswers, seeded, tricks } from './tricks.ts'

/* What commands print is nobody's word. Here on the core's screen; tests/renderer has the window. */

const nonce = 'the-nonce-of-now'
const mark = (text: string, by = nonce) => `\x1b]633;${text};${by}\x07`
/** How a prompt begins. */
const healing = /'(7,.*?)'/.exec(readFileSync('app/powershell/ShellMarks.ps1', 'utf8'))![1]!.replaceAll(/^|,/g, '\x1b') + '\x07\x0f'

/** A session's output without a window: what it answers goes to the shell. */
function session() {
  const output = new Output(80, 24)
  let typed = ''
  output.connect({ pause() {}, resume() {}, write: (data) => void (typed += Buffer.from(data).toString()) })
  output.setMarkNonce(nonce)
  return {
    output,
    typed: () => typed,
    print: (bytes: string | Uint8Array) => new Promise<void>((resolve) => output.screen.write(Buffer.from(bytes as string, 'latin1'), resolve)),
    printText: (text: string) => new Promise<void>((resolve) => output.screen.write(Buffer.from(text), resolve)),
    commands: () => output.screen.marks.commands.map(({ line, outcome }) => ({ line, outcome })),
    text: () => output.screen.snapshot().text
  }
}
const bytesOf = (trick: string) => (/[^\x00-\xff]/.test(trick) ? Buffer.from(trick) : Buffer.from(trick, 'latin1'))

describe('the core’s screen', () => {
  it.each(Object.keys(tricks))('types no line for %s, and shows what follows at the next prompt', async (name) => {
    const { output, typed, printText, text, commands } = session()
    await printText(`${mark('A')}PS> ${mark('B')}cat file\r\n${mark('E;cat;whole')}${mark('C;1')}`)
    await new Promise<void>((resolve) => output.screen.write(bytesOf(tricks[name]!), resolve))
    await printText(`${healing}${mark('A')}\x1b[1mContoso PS> \x1b[0m`)
    expect(typed()).toMatch(harmlessAnswers)
    expect(text()).toContain('Contoso PS> ')
    expect(commands()).toEqual([{ line: 'cat', outcome: 'running' }])
    output.dispose()
  })

  it('takes no mark with the nonce of a shell of before', async () => {
    const { output, printText, commands } = session()
    output.setMarkNonce('the-nonce-after-a-reconnect')
    await printText(`${mark('A')}PS> ${mark('B')}ls\r\n${mark('E;Remove-Mailbox;whole')}${mark('C;1')}${mark('D;0;1')}`)
    expect(commands()).toEqual([])
    output.dispose()
  })

  it('takes no mark that only half a nonce, or more than it, ends', async () => {
    const { output, printText, commands } = session()
    for (const by of [nonce.slice(0, -1), `${nonce}x`, `x${nonce}`, ` ${nonce}`, nonce.toUpperCase(), '']) await printText(`${mark('A', by)}PS> ${mark('C;1', by)}`)
    expect(commands()).toEqual([])
    output.dispose()
  })

  it('answers few of a flood of questions, and each one of who waits for the answer', async () => {
    const { output, typed, print } = session()
    await print('\x1b[c\x1b[6n\x1bP$qm\x1b\\\x1b]11;?\x07'.repeat(20_000))
    expect(typed()).toMatch(harmlessAnswers)
    expect(typed().length).toBeLessThan(5000)
    const before = typed().length
    for (let asked = 1; asked <= 500; asked++) {
      await print('\x1b[6n')
      expect(typed().slice(before).match(/R/g)).toHaveLength(asked)
    }
    output.dispose()
  })

  it('does what it is told where the number is one of its size', async () => {
    const { output, print, text } = session()
    await print('one\r\ntwo\r\nthree\x1b[2;1H\x1b[1L\x1b[1;4Hx\x1b[4b\x1b[24T')
    expect(text().trim()).not.toContain('one')
    await print('\x1b[2J\x1b[Hx\x1b[79b')
    expect(text()).toContain('x'.repeat(80))
    output.dispose()
  })

  it('keeps neither a title nor a link: the screen that a window gets has none of it', async () => {
    const { output, printText, text } = session()
    await printText('\x1b]2;evil title\x07\x1b]8;;https://example.com/evil\x07click\x1b]8;;\x07')
    expect(text()).toContain('click')
    expect(text()).not.toMatch(/evil/)
    output.dispose()
  })

  it(`goes on after garbage, in whatever pieces it comes, and types no line of it (seed ${fuzzSeed})`, async () => {
    console.log(`TENANTRY_FUZZ_SEED=${fuzzSeed}`)
    const random = seeded(fuzzSeed)
    for (let run = 0; run < 60; run++) {
      const bytes = garbage(random, 150)
      const [whole, pieces] = [session(), session()]
      await whole.print(bytes)
      for (let at = 0; at < bytes.length; ) {
        const length = 1 + Math.floor(random() * 400)
        await pieces.print(bytes.subarray(at, at + length))
        at += length
      }
      const context = `run ${run} of seed ${fuzzSeed}`
      for (const one of [whole, pieces]) {
        expect(one.typed(), context).toMatch(harmlessAnswers)
        expect(one.commands(), context).toEqual([])
        await one.printText(`\x18${healing}${mark('A')}\r\nContoso PS> ${mark('B')}ls\r\n${mark('E;ls;whole')}${mark('C;1')}there${mark('D;0;1')}`)
      }
      for (const one of [whole, pieces]) {
        expect(one.text(), context).toContain('there')
        expect(one.commands(), context).toEqual([{ line: 'ls', outcome: 'ok' }])
        one.output.dispose()
      }
    }
  })
})

describe('a terminal that shows links', () => {
  /** The addresses of what is on the screen. */
  async function linksOf(text: string): Promise<string[]> {
    const terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true })
    const seen: string[] = []
    refuseTricks(terminal, 'window')
    // Below ours, where xterm.js itself would take it: what gets there is a link.
    const parser = (terminal as unknown as { _core: { _inputHandler: { setHyperlink(data: string): boolean } } })._core._inputHandler
    const original = parser.setHyperlink.bind(parser)
    parser.setHyperlink = (data) => {
      seen.push(data.slice(data.indexOf(';') + 1))
      return original(data)
    }
    await new Promise<void>((resolve) => terminal.write(text, resolve))
    terminal.dispose()
    return seen.filter(Boolean)
  }

  it('keeps those to the web', async () => {
    expect(await linksOf('\x1b]8;;https://example.com/a\x07a\x1b]8;;\x07 \x1b]8;id=1;HTTP://example.com/b;c\x1b\\b\x1b]8;;\x1b\\')).toEqual(['https://example.com/a', 'HTTP://example.com/b;c'])
  })

  it.each(['javascript:alert(1)', 'JavaScript:alert(1)', ' javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'tenantry://open/1', 'ms-settings:', '//example.com', 'example.com', 'https://', `https://example.com/${'x'.repeat(2000)}`, 'https://example.com/ a'])('keeps none to %s', async (address) => {
    expect(await linksOf(`\x1b]8;;${address}\x07click\x1b]8;;\x07`)).toEqual([])
  })

  it('keeps a hundred in a row at most, and as many in the next one', async () => {
    const many = (row: number) => Array.from({ length: 1000 }, (_, index) => `\r\x1b]8;;https://example.com/${row}/${index}\x07x`).join('')
    const links = await linksOf(`${many(1)}\n${many(2)}\n`)
    expect(links).toHaveLength(200)
    expect(links.at(-1)).toBe('https://example.com/2/99')
  })
})
