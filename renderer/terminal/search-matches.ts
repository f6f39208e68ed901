import type { IBuffer, IBufferCell, IBufferLine } from '@xterm/xterm'

/** Where a match is: rows of the scrollback with the screen, cells of a row. */
export interface Match {
  row: number
  x: number
  /** How many cells it has, over the ends of rows too. */
  cells: number
}

export interface SearchWish {
  term: string
  isRegex: boolean
  isCaseSensitive: boolean
  isWholeWord: boolean
}

/** Of a line that was wrapped again and again only so much is looked at: it may be a file without line ends. */
const mostLineChars = 20_000

/** What is looked for, or what is wrong with it as a regular expression. Null where there is nothing to look for. */
export function patternOf({ term, isRegex, isCaseSensitive }: SearchWish): RegExp | { problem: string } | null {
  if (term === '') return null
  const flags = isCaseSensitive ? 'g' : 'gi'
  if (!isRegex) return new RegExp(term.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), `${flags}u`)
  try {
    return new RegExp(term, flags)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(': ').at(-1) : ''
    return { problem: `This is no regular expression: ${reason}` }
  }
}

/** The newest matches, in the order of the lines; no two overlap, and lines that were only wrapped are one. */
export function findMatches(buffer: IBuffer, pattern: RegExp, { isWholeWord }: Pick<SearchWish, 'isWholeWord'>, most: number): Match[] {
  const found: Match[] = []
  for (let last = buffer.length - 1; last >= 0 && found.length < most; ) {
    let first = last
    while (first > 0 && buffer.getLine(first)?.isWrapped) first--
    const rows = rowsOf(buffer, first, last)
    const text = rows.map((row) => row.text).join('').slice(0, mostLineChars)
    const matches = [...text.matchAll(pattern)].filter((match) => match[0] !== '' && (!isWholeWord || isWord(text, match.index, match.index + match[0].length)))
    for (const match of matches.reverse()) found.push(placeOf(rows, match.index, match.index + match[0].length))
    last = first - 1
  }
  return found.slice(0, most).reverse()
}

interface Row {
  row: number
  line: IBufferLine
  text: string
  /** Cells that belong to the line: a wide character that did not fit leaves one. */
  cells: number
}

function rowsOf(buffer: IBuffer, first: number, last: number): Row[] {
  const rows: Row[] = []
  let chars = 0
  for (let row = first; row <= last && chars < mostLineChars; row++) {
    const line = buffer.getLine(row)
    if (!line) break
    const next = row < last ? buffer.getLine(row + 1) : undefined
    const isShort = next?.getCell(0)?.getWidth() === 2 && line.getCell(line.length - 1)?.getChars() === ''
    const cells = line.length - (isShort ? 1 : 0)
    const text = next ? line.translateToString(false, 0, cells) : line.translateToString(true)
    chars += text.length
    rows.push({ row, line, text, cells })
  }
  return rows
}

const wordCharacter = /^[\p{L}\p{N}\p{M}_]$/u

function isWord(text: string, start: number, end: number): boolean {
  const before = [...text.slice(Math.max(0, start - 2), start)].at(-1) ?? ''
  const after = [...text.slice(end, end + 2)][0] ?? ''
  return !wordCharacter.test(before) && !wordCharacter.test(after)
}

function placeOf(rows: Row[], start: number, end: number): Match {
  const from = cellAt(rows, start)
  const to = cellAt(rows, end)
  // All rows of a terminal are of one width, as a selection counts them.
  return { row: from.row, x: from.x, cells: (to.row - from.row) * from.width + to.x - from.x }
}

/** The cell of a place in the joined text; at the end of a row the one after it. */
function cellAt(rows: Row[], place: number): { row: number; x: number; width: number } {
  let left = place
  for (const [index, { row, line, text, cells }] of rows.entries()) {
    if (left < text.length || index === rows.length - 1) return { row, x: xAt(line, left, cells), width: line.length }
    left -= text.length
  }
  return { row: 0, x: 0, width: 0 }
}

function xAt(line: IBufferLine, place: number, cells: number): number {
  let left = place
  let cell: IBufferCell | undefined
  for (let x = 0; x < cells; x++) {
    cell = line.getCell(x, cell)
    if (!cell || cell.getWidth() === 0) continue
    if (left <= 0) return x
    left -= cell.getChars().length || 1
  }
  return cells
}
