import unicode11 from '@xterm/addon-unicode11'
import headless from '@xterm/headless'
import type { ITheme, Terminal } from '@xterm/xterm'
import { afterEach, describe, expect, it } from 'vitest'
import { useCharacterWidths } from '../../app/character-widths.ts'
import { ruleOf } from '../../app/electron/outside-links.ts'
import { copiedHtml, copiedText, type CopiedTerminal } from '../../renderer/terminal/copy.ts'
import { judgeLink } from '../../renderer/terminal/links.ts'
import { luminance, searchColours } from '../../renderer/terminal/search-colours.ts'
import { findMatches, patternOf, type SearchWish } from '../../renderer/terminal/search-matches.ts'

let made: headless.Terminal[] = []
afterEach(() => {
  for (const terminal of made) terminal.dispose()
  made = []
})

/** A terminal that shows a text; a headless one has the same buffer as the window's. */
async function terminalOf(text: string, { cols = 20, rows = 5 } = {}): Promise<headless.Terminal> {
  const terminal = new headless.Terminal({ cols, rows, scrollback: 1000, allowProposedApi: true })
  useCharacterWidths(terminal, new unicode11.Unicode11Addon())
  made.push(terminal)
  await new Promise<void>((resolve) => terminal.write(text, resolve))
  return terminal
}

const theme: ITheme = { background: '#000000', foreground: '#ffffff', red: '#aa0000', brightRed: '#ff0000', green: '#00aa00' }

/** Copies a range as the window's terminal would have it selected; `selection` is xterm's own text of it. */
async function copy(text: string, selection: string, { from = 0, to = 19, rows = [0, 0] as [number, number] } = {}): Promise<string | null> {
  const terminal = await terminalOf(text)
  const selected: CopiedTerminal = {
    buffer: terminal.buffer as unknown as Terminal['buffer'],
    cols: terminal.cols,
    getSelection: () => selection,
    getSelectionPosition: () => ({ start: { x: from, y: rows[0] }, end: { x: to, y: rows[1] } })
  }
  return copiedHtml(selected, theme, "'Mono \"X\"', monospace")
}

describe('what is copied', () => {
  it.each([
    ['blanks at the ends of lines', 'a  \nb\t \n\n c ', 'a\nb\n\n c'],
    ['line ends of Windows', 'a  \r\nb  \r\n', 'a\r\nb\r\n'],
    ['blanks inside', 'a  b', 'a  b']
  ])('as text, with %s', (_, selection, text) => {
    expect(copiedText({ getSelection: () => selection })).toBe(text)
  })

  it.each<[string, string, string, string]>([
    ['plain text, and what HTML would read', 'a <b> & "c"', 'a <b> & "c"', 'a &lt;b&gt; &amp; &quot;c&quot;'],
    ['a colour of the theme', '\x1b[31mred\x1b[0m x', 'red x', '<span style="color:#aa0000">red</span> x'],
    ['bold, which is brighter', '\x1b[1;31mred\x1b[0m', 'red', '<span style="color:#ff0000;font-weight:bold">red</span>'],
    ['one of 256 colours', '\x1b[38;5;196mx\x1b[48;5;240my', 'xy', '<span style="color:rgb(255,0,0)">x</span><span style="color:rgb(255,0,0);background:rgb(88,88,88)">y</span>'],
    ['a true colour', '\x1b[38;2;1;2;3mx', 'x', '<span style="color:#010203">x</span>'],
    ['inverse', '\x1b[7mx', 'x', '<span style="color:#000000;background:#ffffff">x</span>'],
    ['underlined, struck and italic', '\x1b[3;4;9mx', 'x', '<span style="font-style:italic;text-decoration:underline line-through">x</span>'],
    ['coloured blanks at the end', 'a\x1b[42m   \x1b[0m', 'a   ', 'a'],
    ['wide characters', '日本 😀', '日本 😀', '日本 😀']
  ])('as HTML, with %s', async (_, printed, selection, html) => {
    expect(await copy(printed, selection)).toBe(`<pre style="background:#000000;color:#ffffff;font-family:'Mono &quot;X&quot;', monospace">${html}</pre>`)
  })

  it('as HTML has wrapped lines as one, and others as they are', async () => {
    const html = await copy(`${'x'.repeat(25)}\r\nAda   \r\nZ`, `${'x'.repeat(25)}\nAda   \nZ`, { rows: [0, 3] })
    expect(html).toContain(`>${'x'.repeat(25)}\nAda\nZ</pre>`)
  })

  it('has no HTML where a rectangle is selected', async () => {
    expect(await copy('abcdef\r\nghijkl', 'bc\nhi', { from: 1, to: 3, rows: [0, 1] })).toBeNull()
  })
})

describe('what is found', () => {
  const wish = (term: string, more: Partial<SearchWish> = {}): SearchWish => ({ term, isRegex: false, isCaseSensitive: false, isWholeWord: false, ...more })
  async function find(text: string, asked: SearchWish, most = 100) {
    const pattern = patternOf(asked)
    if (!pattern || 'problem' in pattern) throw new Error('no pattern')
    return findMatches((await terminalOf(text)).buffer.active as unknown as Terminal['buffer']['active'], pattern, asked, most)
  }

  it.each<[string, string, SearchWish, Array<[row: number, x: number, cells: number]>]>([
    ['a word, in any case', 'Mailbox\r\nmailbox', wish('MAIL'), [[0, 0, 4], [1, 0, 4]]],
    ['a word in its case', 'Mailbox\r\nmailbox', wish('mail', { isCaseSensitive: true }), [[1, 0, 4]]],
    ['several on a line, none of them overlapping', 'aaaaa', wish('aa'), [[0, 0, 2], [0, 2, 2]]],
    ['whole words, also after one that is none', 'boxes box box_ ébox', wish('box', { isWholeWord: true }), [[0, 6, 3]]],
    ['signs that an expression would read', 'a.b (c) [d]* axb', wish('a.b'), [[0, 0, 3]]],
    ['an expression, its greatest match once', 'id 123 45', wish('\\d+', { isRegex: true }), [[0, 3, 3], [0, 7, 2]]],
    ['the beginning of a line, once', 'aaa\r\naaa', wish('^a', { isRegex: true }), [[0, 0, 1], [1, 0, 1]]],
    ['the end of a line', 'abc  \r\nc', wish('c\\s*$', { isRegex: true }), [[0, 2, 3], [1, 0, 1]]],
    ['an expression that matches nothing too', 'ab', wish('x*', { isRegex: true }), []],
    ['over the end of a row', `${'x'.repeat(18)}needle`, wish('needle'), [[0, 18, 6]]],
    ['over the end of a row where a wide character did not fit', `${'x'.repeat(19)}日本`, wish('x日本'), [[0, 18, 6]]],
    ['after wide characters', '日本 Ada', wish('ada'), [[0, 5, 3]]],
    ['an emoji, and what follows it', '😀😀x', wish('😀x'), [[0, 2, 3]]],
    ['a letter with a mark', 'cafe\u0301 x', wish('x'), [[0, 5, 1]]]
  ])('%s', async (_, text, asked, places) => {
    expect((await find(text, asked)).map(({ row, x, cells }) => [row, x, cells])).toEqual(places)
  })

  it('are the newest where there are too many, and lines that scrolled away are found', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\r\n')
    expect(await find(lines, wish('line'), 3)).toEqual([47, 48, 49].map((row) => ({ row, x: 0, cells: 4 })))
    expect(await find(lines, wish('line 0'))).toEqual([{ row: 0, x: 0, cells: 6 }])
  })

  it.each([['(', 'Unterminated group'], ['[z-a]', 'Range out of order in character class'], ['*', 'Nothing to repeat']])('nothing by %s, and says why', (term, reason) => {
    expect(patternOf(wish(term, { isRegex: true }))).toEqual({ problem: `This is no regular expression: ${reason}` })
  })

  it.each([['#0f1216', '#e6eaf0'], ['#f6f7f9', '#1a2027'], ['#000000', '#ffffff'], ['#ffffff', '#000000']])('can be read on %s', (background, text) => {
    const contrast = (one: string, other: string) => (Math.max(luminance(one), luminance(other)) + 0.05) / (Math.min(luminance(one), luminance(other)) + 0.05)
    const { matchBackground, matchBorder, frontBackground, frontBorder } = searchColours(background)
    expect(contrast(text, matchBackground)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(text, frontBackground)).toBeGreaterThanOrEqual(4.5)
    expect(contrast(background, matchBorder)).toBeGreaterThanOrEqual(3)
    expect(contrast(background, frontBorder)).toBeGreaterThanOrEqual(3)
    expect(contrast(matchBorder, frontBorder)).toBeGreaterThanOrEqual(1.5)
  })
})

describe('a link that a program prints', () => {
  it.each<[string, string | null, string, string | null, RegExp | null]>([
    // address, text, target, problem, warning
    ['https://learn.microsoft.com/x', null, 'https://learn.microsoft.com/x', null, null],
    ['https://learn.microsoft.com/x', 'the documentation', 'https://learn.microsoft.com/x', null, null],
    ['https://learn.microsoft.com/x', 'https://LEARN.microsoft.com', 'https://learn.microsoft.com/x', null, null],
    ['https://evil.example/', 'https://contoso.example/login', 'https://evil.example/', null, /says contoso\.example, but the link leads to evil\.example/],
    ['https://evil.example/', 'contoso.example', 'https://evil.example/', null, /says contoso\.example/],
    ['https://evil.example/', 'https://contoso.example@evil.example/', 'https://evil.example/', null, null],
    ['https://evil.example/', 'con\u200btoso.example', 'https://evil.example/', null, /says contoso\.example/],
    ['https://evil.example/', '\u202egpj.exe', 'https://evil.example/', null, /can’t be seen/],
    ['https://evil.example/', '10.0.0.1', 'https://evil.example/', null, /says 10\.0\.0\.1/],
    ['https://аpple.example/', null, 'https://xn--pple-43d.example/', null, /can look like others/],
    ['http://contoso.example/', null, 'http://contoso.example/', null, /not encrypted/],
    ['file:///etc/passwd', 'x', 'file:///etc/passwd', 'Only http and https addresses are opened.', null],
    ['javascript:alert(1)', 'x', 'javascript:alert(1)', 'Only http and https addresses are opened.', null],
    ['https://contoso.example@evil.example/', null, 'https://contoso.example@evil.example/', 'A name before the @ is made to look like the site: this address is not opened.', null],
    ['no address', null, '', 'This is no address that can be opened.', null],
    [`https://a.example/${'a'.repeat(2000)}`, null, `https://a.example/${'a'.repeat(82)}…`, 'The address is longer than 2,000 characters, which nobody reads.', null]
  ])('%s behind %j', (address, shown, target, problem, warning) => {
    const link = judgeLink(address, shown)
    expect([link.target, link.problem]).toEqual([target, problem])
    if (warning) expect(link.warnings.join('\n')).toMatch(warning)
    else expect(link.warnings).toEqual([])
    // The main process, which has the last word, opens the same.
    expect(ruleOf(address).opens).toBe(problem === null)
  })
})
