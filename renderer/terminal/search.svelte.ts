import type { IDecoration, IDisposable, IMarker, Terminal } from '@xterm/xterm'
import { searchColours } from './search-colours.ts'
import { findMatches, patternOf, type Match } from './search-matches.ts'

/** More matches than these, the newest ones, are neither marked nor counted. */
const mostMatches = 2000
/** Output comes in bursts, and matches are looked for anew after one. */
const againMs = 200

/** A match that is marked; its marker moves with the lines. */
interface Marked extends Match {
  marker: IMarker
}

/** Finds text in a terminal's scrollback: the newest match first, since that is what a person looks back for. */
export class TerminalSearch {
  isOpen = $state(false)
  term = $state('')
  isRegex = $state(false)
  isCaseSensitive = $state(false)
  isWholeWord = $state(false)
  /** Which match is in front, counted from the oldest (0), and how many there are; null where nothing is looked for. */
  found = $state.raw<{ index: number; count: number } | null>(null)
  /** Counts the wishes to type into the field. */
  focusWish = $state(0)
  readonly #pattern = $derived(patternOf({ term: this.term, isRegex: this.isRegex, isCaseSensitive: this.isCaseSensitive, isWholeWord: this.isWholeWord }))
  /** Why the term is no regular expression. */
  readonly problem = $derived(this.#pattern && 'problem' in this.#pattern ? this.#pattern.problem : null)
  readonly #terminal: Terminal
  readonly #undo: IDisposable[]
  #matches: Marked[] = []
  #current = -1
  #decorations: IDecoration[] = []
  #front: IDecoration[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    const later = () => {
      if (this.isOpen && this.term) this.#timer ??= setTimeout(() => this.#refresh(), againMs)
    }
    this.#undo = [terminal.onWriteParsed(later), terminal.onResize(later), terminal.buffer.onBufferChange(later)]
  }

  /** Opens the field, with what is selected in it where that is on one line. */
  open(): void {
    const selected = this.#terminal.getSelection().trim()
    if (selected && !selected.includes('\n') && !this.isRegex) this.term = selected
    this.isOpen = true
    this.focusWish++
  }

  close(): void {
    this.isOpen = false
    this.#clear()
    this.#terminal.clearSelection()
    this.#terminal.focus()
  }

  /** Looks for the term anew: its newest match comes to the front. */
  again(): void {
    this.#look()
    this.#show(this.#matches.length - 1)
  }

  /** The next one in that direction; past the last one it begins anew at the other end. */
  find(direction: 'older' | 'newer'): void {
    const { length } = this.#matches
    if (length === 0) return
    this.#show((this.#current + (direction === 'older' ? -1 : 1) + length) % length)
  }

  /** The colours of the terminal are others now. */
  recolour(): void {
    if (this.isOpen) this.#refresh()
  }

  dispose(): void {
    this.#clear()
    for (const part of this.#undo) part.dispose()
  }

  /** New output came in, or lines wrap anew: the match in front stays there, and nothing scrolls. */
  #refresh(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const front = this.#matches[this.#current]
    const line = front?.marker.line
    this.#look()
    const same = this.#matches.findIndex(({ row, x }) => row === line && x === front?.x)
    this.#current = same >= 0 ? same : this.#matches.length - 1
    this.#mark()
  }

  #look(): void {
    this.#clear()
    const pattern = this.#pattern
    if (!pattern || 'problem' in pattern) return
    const buffer = this.#terminal.buffer.active
    const cursor = buffer.baseY + buffer.cursorY
    this.#matches = findMatches(buffer, pattern, { isWholeWord: this.isWholeWord }, mostMatches).map((match) => ({ ...match, marker: this.#terminal.registerMarker(match.row - cursor) }))
    const { matchBackground, matchBorder } = this.#colours()
    this.#decorations = this.#matches.flatMap((match) => this.#decorate(match, matchBackground, matchBorder, 'bottom'))
    this.found = { index: -1, count: this.#matches.length }
  }

  #show(index: number): void {
    this.#current = index
    const match = this.#matches[index]
    if (match) {
      const row = match.marker.line
      this.#terminal.select(match.x, row, match.cells)
      const { viewportY } = this.#terminal.buffer.active
      if (row < viewportY || row >= viewportY + this.#terminal.rows) this.#terminal.scrollToLine(Math.max(0, row - Math.floor(this.#terminal.rows / 2)))
    }
    this.#mark()
  }

  /** Frames the match in front, and says which one it is. */
  #mark(): void {
    for (const decoration of this.#front.splice(0)) decoration.dispose()
    const match = this.#matches[this.#current]
    const { frontBackground, frontBorder } = this.#colours()
    if (match) this.#front = this.#decorate({ ...match, row: match.marker.line }, frontBackground, frontBorder, 'top')
    if (this.found) this.found = { index: this.#current, count: this.#matches.length }
  }

  /** One decoration for each row that a match is on. */
  #decorate({ row, x, cells }: Match, backgroundColor: string, border: string, layer: 'top' | 'bottom'): IDecoration[] {
    const { cols, buffer } = this.#terminal
    const cursor = buffer.active.baseY + buffer.active.cursorY
    const made: IDecoration[] = []
    for (let left = cells, at = row, from = x; left > 0; at++, from = 0) {
      const width = Math.min(left, cols - from)
      left -= width
      const decoration = this.#terminal.registerDecoration({ marker: this.#terminal.registerMarker(at - cursor), x: from, width, backgroundColor, layer })
      // Its marker goes with it.
      decoration?.onDispose(() => decoration.marker.dispose())
      decoration?.onRender((element) => (element.style.outline = `1px solid ${border}`))
      if (decoration) made.push(decoration)
      if (width <= 0) break
    }
    return made
  }

  #colours() {
    return searchColours(this.#terminal.options.theme?.background ?? '#000000')
  }

  #clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const decoration of [...this.#decorations.splice(0), ...this.#front.splice(0)]) decoration.dispose()
    for (const { marker } of this.#matches.splice(0)) marker.dispose()
    this.#current = -1
    this.found = null
  }
}

/** How many there are, as it is said beside the field. */
export function foundText(found: { index: number; count: number } | null): string {
  if (!found) return ''
  if (found.count === 0) return 'None found'
  const count = found.count >= mostMatches ? `${mostMatches.toLocaleString('en')} or more` : String(found.count)
  return found.index < 0 ? count : found.count >= mostMatches ? count : `${found.index + 1} of ${count}`
}
