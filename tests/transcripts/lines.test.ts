import headless from '@xterm/headless'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FinishedLines } from '../../app/transcripts/lines.ts'

function screen({ cols = 20, rows = 5, scrollback = 100 } = {}) {
  const terminal = new headless.Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: 'off' })
  const told: string[] = []
  const lines = new FinishedLines(terminal, (text, isCut) => told.push(isCut ? `${text}…` : text))
  const write = (text: string | Uint8Array) => new Promise<void>((resolve) => terminal.write(text, resolve))
  return { terminal, lines, told, write }
}

/** All that is told of an output, from before it to after it. */
async function toldOf(output: string, options = {}): Promise<string[]> {
  const { lines, told, write } = screen(options)
  await write('before\r\n')
  lines.begin()
  await write(output)
  lines.end()
  await write('after\r\n')
  return told
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}`)

describe('the finished lines of a screen', () => {
  it.each<[string, string, string[]]>([
    ['a few lines', 'a\r\nb\r\n', ['a', 'b']],
    ['a last line without its end', 'a\r\nb', ['a', 'b']],
    ['nothing', '', []],
    ['empty lines', '\r\na\r\n\r\n', ['', 'a', '']],
    ['more than the screen has', numbered(12).map((line) => `${line}\r\n`).join(''), numbered(12)],
    ['a line that was wrapped', 'abcdefghijklmnopqrstuvwxyz\r\nx\r\n', ['abcdefghijklmnopqrstuvwxyz', 'x']],
    ['a wrapped line that leaves the screen piece by piece', `${'0123456789'.repeat(14)}\r\nx\r\n`, ['0123456789'.repeat(14), 'x']],
    ['a line that is drawn again and again', '10 %\r50 %\r100 %\r\ndone\r\n', ['100 %', 'done']],
    ['a line that is taken back', 'secret\b\b\b\b\b\b\x1b[Kdone\r\n', ['done']],
    ['lines drawn over further up', 'a\r\nb\r\nc\r\n\x1b[2A\x1b[2KB\r\n\r\n', ['a', 'B', 'c']],
    ['colours and links', '\x1b[31ma\x1b[0m \x1b]8;;https://x.example\x07b\x1b]8;;\x07\r\n', ['a b']],
    ['a sequence that is not ended', 'a\r\n\x1b[31', ['a']],
    ['a title that is not ended', 'a\r\n\x1b]0;title', ['a']],
    ['what was there before the screen was cleared', 'a\r\nb\r\n\x1b[H\x1b[2Jc\r\n', ['a', 'b', 'c']],
    ['what was there before it was cleared from its beginning', 'a\r\nb\r\n\x1b[H\x1b[Jc\r\n', ['a', 'b', 'c']],
    ['what was there before a reset', 'a\r\n\x1bcb\r\n', ['a', 'b']],
    ['what was there before screen and scrollback were cleared', `${numbered(9).join('\r\n')}\r\n\x1b[H\x1b[2J\x1b[3Jz\r\n`, [...numbered(9), 'z']],
    ['nothing of a full-screen program', 'a\r\n\x1b[?1049h\x1b[2J\x1b[Hvim\r\n1\r\n2\r\n3\r\n4\r\n5\r\n6\x1b[?1049lb\r\n', ['a', 'b']],
    ['nothing of lines that scroll below a fixed one', '\x1b[2;5r\x1b[2;1Ha\r\nb\r\nc\r\nd\r\ne\r\nf\x1b[r\x1b[5;1H', ['c', 'd', 'e', 'f']]
  ])('have %s', async (_, output, expected) => {
    expect(await toldOf(output)).toEqual(expected)
  })

  it('are told in the order in which they leave a flood, with a full scrollback', async () => {
    const lines = numbered(3000)
    expect(await toldOf(lines.map((line) => `${line}\r\n`).join(''))).toEqual(lines)
    const long = lines.map((line) => `${line} ${'x'.repeat(30)}`)
    expect(await toldOf(long.map((line) => `${line}\r\n`).join(''))).toEqual(long)
  })

  it('are whole however the output is cut into pieces', async () => {
    const bytes = Buffer.from(`a\r\n\x1b[31mé日本\x1b[0m😀 ${'word '.repeat(20)}\r\n\x1b]633;D;0\x07z`)
    for (let at = 1; at < bytes.length; at++) {
      const { lines, told, write } = screen()
      lines.begin()
      await write(bytes.subarray(0, at))
      await write(bytes.subarray(at))
      lines.end()
      expect(told[0]).toBe('a')
      expect(told.join('').replaceAll(' ', '')).toContain('word'.repeat(20))
      expect(told.at(-1)).toBe('z')
    }
  })

  it('are cut where they are too long, and no longer kept', async () => {
    const told = await toldOf(`${'x'.repeat(100_000)}\r\nshort\r\n`)
    expect(told).toEqual([`${'x'.repeat(16_000)}…`, 'short'])
  })

  it('begin at the cursor: what stood before it on its line is not theirs', async () => {
    const { lines, told, write } = screen()
    await write('PS> typed secret ')
    lines.begin()
    await write('out\r\n')
    lines.end()
    expect(told).toEqual(['out'])
  })

  it.each([[8, 3], [40, 12], [20, 2], [60, 5]])('are told once each over a change of the size to %i columns and %i rows', async (cols, rows) => {
    const { terminal, lines, told, write } = screen({ rows: 6 })
    const expected = numbered(40).map((line) => `${line} ${'x'.repeat(10)}`)
    lines.begin()
    await write(expected.slice(0, 15).map((line) => `${line}\r\n`).join(''))
    lines.aroundResize(() => terminal.resize(cols, rows))
    await write(expected.slice(15, 30).map((line) => `${line}\r\n`).join(''))
    lines.aroundResize(() => terminal.resize(20, 6))
    await write(expected.slice(30).map((line) => `${line}\r\n`).join(''))
    lines.end()
    expect(told).toEqual(expected)
  })

  it('are told once each where the scrollback is made shorter', async () => {
    const { terminal, lines, told, write } = screen({ scrollback: 1000 })
    lines.begin()
    await write(numbered(500).map((line) => `${line}\r\n`).join(''))
    terminal.options.scrollback = 100
    await write(numbered(300).map((line) => `${line}\r\n`).join(''))
    lines.end()
    expect(told).toEqual([...numbered(500), ...numbered(300)])
  })

  it('of any output at all come to an end and hold no escape sequence', async () => {
    const piece = fc.oneof(
      fc.constantFrom('\r\n', '\n', '\r', '\x1b[2J', '\x1b[H', '\x1b[3J', '\x1bc', '\x1b[?1049h', '\x1b[?1049l', '\x1b[5S', '\x1b[3L', '\x1b[2M', '\x1b[2;4r', '\x1b[r', '\x1bM', '\x1b[10A', '\x1b[', '\x1b]633;C;1\x07', '\t', '日本', 'x'.repeat(50)),
      fc.string({ maxLength: 20 })
    )
    await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
      const { terminal, lines, told, write } = screen({ cols: 12, rows: 4, scrollback: 100 })
      lines.begin()
      for (const [index, text] of pieces.entries()) {
        await write(text)
        if (index === 20) lines.aroundResize(() => terminal.resize(7, 3))
      }
      lines.end()
      for (const line of told) expect(line).not.toMatch(/[\x00-\x1f\x7f]/)
      lines.dispose()
      terminal.dispose()
    }), { numRuns: 60 })
  })
})
