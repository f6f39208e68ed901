import type { IBuffer } from '@xterm/headless'

/** What is needed of a terminal's buffer, the core's or the window's. */
export type ReadBuffer = Pick<IBuffer, 'getLine'>

/** Whether a row goes on in the next one, since it had no more room. */
export function isWrappedOn(buffer: ReadBuffer, row: number): boolean {
  return buffer.getLine(row + 1)?.isWrapped ?? false
}

/** The text of one row from a column on; one that goes on in the next row is full. */
export function rowText(buffer: ReadBuffer, row: number, from = 0): string {
  const line = buffer.getLine(row)
  if (!line) return ''
  if (!isWrappedOn(buffer, row)) return line.translateToString(true, from)
  // A character of two cells that finds only one leaves it empty, and begins the next row.
  const isLeft = line.getCell(line.length - 1)?.getChars() === '' && buffer.getLine(row + 1)?.getCell(0)?.getWidth() === 2
  return line.translateToString(false, from, isLeft ? line.length - 1 : line.length)
}

/**
 * The text of rows, those that were wrapped in one piece, without blanks at the lines' ends.
 *
 * @param end the first row that is not read
 * @param endX where the last row ends; 0 where it is read as a whole
 */
export function linesOf(buffer: ReadBuffer, from: number, end: number, endX = 0): string[] {
  const lines: string[] = []
  for (let row = from; row < end; row++) {
    const line = buffer.getLine(row)
    if (!line) break
    const text = endX > 0 && row === end - 1 ? line.translateToString(false, 0, endX) : rowText(buffer, row)
    if (line.isWrapped && lines.length > 0) lines[lines.length - 1] += text
    else lines.push(text)
  }
  return lines.map((line) => line.trimEnd())
}
