import type { IBufferCell, IBufferLine, ITheme, Terminal } from '@xterm/xterm'

/** The parts of a terminal that are read. */
export type CopiedTerminal = Pick<Terminal, 'buffer' | 'cols' | 'getSelection' | 'getSelectionPosition'>

/** What is selected, without the blanks that fill lines up; lines that were only wrapped are one, as xterm has them. */
export function copiedText(terminal: Pick<CopiedTerminal, 'getSelection'>): string {
  return terminal.getSelection().replace(/[ \t]+(?=\r?\n|$)/g, '')
}

/**
 * The same with its colours; null where the selection is a rectangle, of which only its text is known.
 *
 * @param font as CSS names it
 */
export function copiedHtml(terminal: CopiedTerminal, theme: ITheme, font: string): string | null {
  const range = terminal.getSelectionPosition()
  if (!range) return null
  const lines: Run[][] = []
  for (let row = range.start.y; row <= range.end.y; row++) {
    const line = terminal.buffer.active.getLine(row)
    if (!line) break
    const runs = runsOf(line, row === range.start.y ? range.start.x : 0, row === range.end.y ? range.end.x : terminal.cols, theme)
    if (line.isWrapped && lines.length > 0) lines[lines.length - 1]!.push(...runs)
    else lines.push(runs)
  }
  const trimmed = lines.map(trimRuns)
  const text = trimmed.map((runs) => runs.map((run) => run.text).join('')).join('\n')
  if (text !== copiedText(terminal).replaceAll('\r\n', '\n')) return null
  const body = trimmed.map((runs) => runs.map(runAsHtml).join('')).join('\n')
  return `<pre style="background:${theme.background};color:${theme.foreground};font-family:${escaped(font)}">${body}</pre>`
}

interface Run {
  text: string
  style: string
}

function runsOf(line: IBufferLine, from: number, to: number, theme: ITheme): Run[] {
  const runs: Run[] = []
  let cell: IBufferCell | undefined
  let pendingBlanks = 0
  for (let x = from; x < to; x++) {
    cell = line.getCell(x, cell)
    if (!cell) break
    if (cell.getWidth() === 0) continue
    // A cell that nothing was written to counts only where something follows.
    if (cell.getChars() === '') {
      pendingBlanks++
      continue
    }
    if (pendingBlanks > 0) add(runs, ' '.repeat(pendingBlanks), '')
    pendingBlanks = 0
    add(runs, cell.getChars().replaceAll('\u00a0', ' '), styleOf(cell, theme))
  }
  return runs
}

function add(runs: Run[], text: string, style: string): void {
  const last = runs.at(-1)
  if (last?.style === style) last.text += text
  else runs.push({ text, style })
}

/** Without blanks at the end, coloured ones too. */
function trimRuns(runs: Run[]): Run[] {
  const kept = runs.map((run) => ({ ...run }))
  while (kept.length > 0) {
    const last = kept.at(-1)!
    last.text = last.text.replace(/[ \t]+$/, '')
    if (last.text !== '') break
    kept.pop()
  }
  return kept
}

function styleOf(cell: IBufferCell, theme: ITheme): string {
  const foreground = colourOf(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor() + (cell.isBold() && cell.isFgPalette() && cell.getFgColor() < 8 ? 8 : 0), theme)
  const background = colourOf(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor(), theme)
  const [front, back] = cell.isInverse() ? [background ?? theme.background, foreground ?? theme.foreground] : [foreground, background]
  return [
    front && `color:${front}`,
    back && `background:${back}`,
    cell.isBold() && 'font-weight:bold',
    cell.isItalic() && 'font-style:italic',
    cell.isDim() && 'opacity:.7',
    (cell.isUnderline() || cell.isStrikethrough()) && `text-decoration:${[cell.isUnderline() && 'underline', cell.isStrikethrough() && 'line-through'].filter(Boolean).join(' ')}`
  ].filter(Boolean).join(';')
}

const names = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white', 'brightBlack', 'brightRed', 'brightGreen', 'brightYellow', 'brightBlue', 'brightMagenta', 'brightCyan', 'brightWhite'] as const

/** A colour as CSS writes it; undefined for the terminal's own. */
function colourOf(isRgb: boolean, isPalette: boolean, value: number, theme: ITheme): string | undefined {
  if (isRgb) return `#${value.toString(16).padStart(6, '0')}`
  if (!isPalette) return undefined
  if (value < 16) return theme[names[value]!]
  if (value >= 232) return `rgb(${Array(3).fill(8 + (value - 232) * 10).join(',')})`
  // xterm's cube of 6 × 6 × 6 colours.
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40)
  const cube = value - 16
  return `rgb(${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level).join(',')})`
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => entities[sign]!)

function runAsHtml({ text, style }: Run): string {
  return style ? `<span style="${style}">${escaped(text)}</span>` : escaped(text)
}
