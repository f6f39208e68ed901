import type { IDisposable, IMarker, Terminal } from '@xterm/headless'
import { isWrappedOn, rowText } from '../terminal-text.ts'

/** What is needed of the core's terminal. */
export type LinesTerminal = Pick<Terminal, 'parser' | 'buffer' | 'registerMarker' | 'onScroll'>

/** Of one line; what is longer is cut, since nobody reads it and every line is looked through for secrets. */
const longestLine = 16_000
/** Lines by which the probe may leave the screen before another one takes its place: fewer than any scrollback has. */
const probeEvery = 50

/**
 * Lines of a terminal that nothing changes any more: those that left the screen for the scrollback, and once a command has
 * ended those that are still on it. So a line that is drawn over and over (progress, a line editor) is told once, as it
 * was in the end, and wrapped rows in one piece. What a full-screen program draws in the alternate buffer is none.
 */
export class FinishedLines {
  readonly #terminal: LinesTerminal
  readonly #onLine: (text: string, isCut: boolean) => void
  readonly #undo: IDisposable[]
  #isTaking = false
  /** Where what is not taken yet begins: a row of the screen, and of that row a column. */
  #top = 0
  #left = 0
  /** The beginning of a line whose rest is on the rows below. */
  #begun: string | null = null
  #isCut = false
  /** Stands on a row, and so tells by how many the screen scrolled into the scrollback; xterm.js tells only that something did. */
  #probe: IMarker | undefined
  #probeRow = 0

  constructor(terminal: LinesTerminal, onLine: (text: string, isCut: boolean) => void) {
    this.#terminal = terminal
    this.#onLine = onLine
    this.#undo = [
      terminal.onScroll(() => this.#onScroll()),
      // What is erased was shown: it is taken before.
      terminal.parser.registerCsiHandler({ final: 'J' }, ([what]) => {
        const { cursorX, cursorY } = this.#normal
        if (what === 2 || (!what && cursorX === 0 && cursorY === 0)) this.#takeScreen()
        return false
      }),
      terminal.parser.registerEscHandler({ final: 'c' }, () => {
        this.#takeScreen()
        // The buffers are made anew.
        this.#probe?.dispose()
        this.#probe = undefined
        return false
      })
    ]
  }

  get isTaking(): boolean {
    return this.#isTaking
  }

  /** Takes what is written from the cursor's place on. */
  begin(): void {
    const { cursorX, cursorY } = this.#normal
    this.#isTaking = true
    this.#top = cursorY
    this.#left = cursorX
    this.#setProbe()
  }

  /** Takes what is on the screen down to the cursor, and nothing that comes. */
  end(): void {
    if (!this.#isTaking) return
    const { baseY, cursorY } = this.#normal
    this.#takeTo(baseY + cursorY)
    this.#isTaking = false
    this.#probe?.dispose()
    this.#probe = undefined
  }

  /** Lets the terminal take another size, which moves rows between screen and scrollback and wraps them anew. */
  aroundResize(resize: () => void): void {
    const isMarked = this.#isTaking && this.#isNormal
    if (isMarked) this.#goBack()
    const marker = isMarked ? this.#terminal.registerMarker(this.#top - this.#normal.cursorY) : undefined
    resize()
    if (!this.#isTaking) return
    const { baseY } = this.#normal
    const row = marker && !marker.isDisposed ? marker.line : baseY + Math.max(0, this.#top)
    marker?.dispose()
    for (let left = row; left < baseY; left++) this.#take(left)
    this.#top = Math.max(0, row - baseY)
    this.#setProbe()
  }

  dispose(): void {
    for (const part of this.#undo) part.dispose()
    this.#probe?.dispose()
    this.#isTaking = false
  }

  get #normal() {
    return this.#terminal.buffer.normal
  }

  get #isNormal(): boolean {
    return this.#terminal.buffer.active.type === 'normal'
  }

  /** On the screen's first row. */
  #setProbe(): void {
    this.#probe?.dispose()
    this.#probe = this.#terminal.registerMarker(-this.#normal.cursorY)
    this.#probeRow = 0
  }

  /** To the beginning of a line that was taken in part: its rows will be others. */
  #goBack(): void {
    if (this.#begun === null) return
    const { baseY } = this.#normal
    let row = baseY + this.#top
    while (row > 0 && this.#normal.getLine(row)?.isWrapped) row--
    // Of a line that is longer than the scrollback the beginning is no longer there.
    if (this.#normal.getLine(row)?.isWrapped) return
    this.#begun = null
    this.#isCut = false
    this.#top = row - baseY
  }

  #onScroll(): void {
    if (!this.#isTaking || !this.#isNormal) return
    const { baseY } = this.#normal
    const probe = this.#probe && !this.#probe.isDisposed ? this.#probe.line - baseY : null
    // The screen scrolls by one row at a time; without a probe, which was erased, that is what it did.
    if (probe === null ? baseY > 0 : probe < this.#probeRow) {
      if (this.#top > 0) this.#top -= 1
      else this.#take(baseY - 1)
    }
    if (probe === null || probe < -probeEvery) this.#setProbe()
    else this.#probeRow = probe
  }

  /** All that is on the screen, which is about to be erased. */
  #takeScreen(): void {
    if (!this.#isTaking || !this.#isNormal) return
    const { baseY, length } = this.#normal
    let last = length - 1
    while (last >= baseY && rowText(this.#normal, last).trim() === '') last--
    this.#takeTo(last)
    this.#top = 0
    this.#left = 0
  }

  #takeTo(last: number): void {
    const { baseY } = this.#normal
    const isEmpty = rowText(this.#normal, last).trim() === ''
    for (let row = baseY + this.#top; row < last + (isEmpty ? 0 : 1); row++) this.#take(row)
    this.#finish()
  }

  #take(row: number): void {
    const text = rowText(this.#normal, row, this.#left)
    this.#left = 0
    const begun = this.#begun ?? ''
    if (begun.length + text.length > longestLine) this.#isCut = true
    this.#begun = this.#isCut ? (begun + text).slice(0, longestLine) : begun + text
    if (!isWrappedOn(this.#normal, row)) this.#finish()
  }

  #finish(): void {
    if (this.#begun === null) return
    const [text, isCut] = [this.#begun.trimEnd(), this.#isCut]
    this.#begun = null
    this.#isCut = false
    this.#onLine(text, isCut)
  }
}
