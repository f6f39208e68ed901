import headless from '@xterm/headless'
import unicode11 from '@xterm/addon-unicode11'
import { describe, expect, it } from 'vitest'
import { useCharacterWidths } from '../app/character-widths.ts'
import { datedName, namePart } from '../app/file-names.ts'
import { linesOf } from '../app/terminal-text.ts'

function linesShown(text: string, { cols = 10, rows = 4 } = {}): Promise<string[]> {
  const terminal = new headless.Terminal({ cols, rows, scrollback: 100, allowProposedApi: true, logLevel: 'off' })
  useCharacterWidths(terminal, new unicode11.Unicode11Addon())
  return new Promise((resolve) => {
    terminal.write(text, () => {
      const lines = linesOf(terminal.buffer.normal, 0, terminal.buffer.normal.length)
      terminal.dispose()
      while (lines.at(-1) === '') lines.pop()
      resolve(lines)
    })
  })
}

describe('the text of a terminal', () => {
  it.each<[string, string, string[]]>([
    ['a line that was wrapped', 'abcdefghij klm\r\nnext', ['abcdefghij klm', 'next']],
    ['blanks at a wrap', 'abcdefgh  klm', ['abcdefgh  klm']],
    ['blanks at a line’s end, written ones too', 'abc    \r\nx', ['abc', 'x']],
    ['a line that fills its row and ends there', 'abcdefghij\r\nx', ['abcdefghij', 'x']],
    ['empty lines in between', 'a\r\n\r\n\r\nb', ['a', '', '', 'b']],
    ['a character of two cells that finds one at a row’s end', 'abcdefghi日本', ['abcdefghi日本']],
    ['more lines than the screen has', '1\r\n2\r\n3\r\n4\r\n5\r\n6', ['1', '2', '3', '4', '5', '6']],
    ['colours, which are no text', '\x1b[31mred\x1b[0m \x1b]8;;https://x.example\x07link\x1b]8;;\x07', ['red link']],
    ['what was under a full-screen program', 'before\r\n\x1b[?1049h\x1b[Hvim', ['before']]
  ])('has %s', async (_, text, lines) => {
    expect(await linesShown(text)).toEqual(lines)
  })
})

describe('the name of a file', () => {
  it.each([
    ['Contoso demo', 'Contoso-demo'],
    ['Contoso · Graph', 'Contoso-Graph'],
    ['../../etc/passwd\0', 'etc-passwd'],
    ['Zürich 株式会社', 'Zürich-株式会社'],
    ['x'.repeat(300), 'x'.repeat(40)],
    ['😀', '']
  ])('of %j has %j', (name, part) => {
    expect(namePart(name)).toBe(part)
  })

  it('has the time by this computer’s clock', () => {
    expect(datedName('Contoso demo', new Date(2026, 10, 7, 9, 3, 22).getTime())).toBe('Contoso-demo-2026-11-07-090322')
    expect(datedName('…', new Date(2026, 0, 2, 0, 0, 0).getTime())).toBe('session-2026-01-02-000000')
  })
})
