import type { IDisposable, IMarker, Terminal } from '@xterm/headless'

/** What is needed of a terminal, the core's or the window's. */
export type GuardedTerminal = Pick<Terminal, 'parser' | 'cols' | 'rows' | 'buffer' | 'registerMarker' | 'onWriteParsed'>

/** Questions that are answered at once, and how many a second after that. */
const mostAnswers = 100
const answersPerSecond = 1000
/** Nobody reads a target that is longer; app/electron/outside-links.ts opens none. */
const longestLinkChars = 2000
const mostLinksPerRow = 100
/** No program asks for more of the palette at once than a terminal has by name. */
const mostColoursAsked = 32

/**
 * Takes from a terminal what it must not do for whatever a command prints: read or write the clipboard, take a title,
 * change the palette, keep links that lead to no page, work for minutes over one number, or type thousands of answers
 * into the shell. What is swallowed here xterm.js never sees.
 *
 * @param side whose terminal it is. The window's shows links, and answers for its colours alone: all else the core's
 * answers, since a window may go before its answer is on its way, and whoever asked would wait for ever.
 */
export function refuseTricks(terminal: GuardedTerminal, side: 'core' | 'window'): IDisposable {
  const isWindow = side === 'window'
  const answers = new Answers(terminal)
  const linkGuard = new LinkGuard(terminal)
  const { parser } = terminal
  const osc = (id: number, isRefused: (data: string) => boolean) => parser.registerOscHandler(id, isRefused)
  const csi = (final: string, isRefused: (count: number) => boolean, more: { prefix?: string; intermediates?: string } = {}) =>
    parser.registerCsiHandler({ ...more, final }, ([first]) => isRefused(typeof first === 'number' ? first : 0))
  const question = () => isWindow || !answers.take(1)
  const parts = [
    answers,
    linkGuard,
    // Titles: the window's are Tenantry's own, and a megabyte of text is kept for nobody.
    ...[0, 1, 2].map((id) => osc(id, () => true)),
    // The clipboard.
    osc(52, () => true),
    // Links that lead to no page of the web, and more of them than a row has room for.
    osc(8, (data) => !isWindow || linkGuard.refuses(data)),
    // Colours are the person's: a program may ask for them, since many draw for light or dark.
    ...[4, 10, 11, 12].map((id) => osc(id, (data) => !answers.takeColours(data))),
    ...[104, 110, 111, 112].map((id) => osc(id, () => true)),
    // xterm.js does these one by one, as many times as it is told: 2 147 483 647 of them are minutes, or all memory.
    ...['S', 'T', 'L', 'M'].map((final) => csi(final, (count) => count > terminal.rows)),
    ...['I', 'Z'].map((final) => csi(final, (count) => count > terminal.cols)),
    csi('b', (count) => count > terminal.cols * terminal.rows),
    // Questions that are answered into the shell's input.
    csi('c', question),
    csi('c', question, { prefix: '>' }),
    csi('n', question),
    csi('n', question, { prefix: '?' }),
    csi('p', question, { intermediates: '$' }),
    csi('p', question, { prefix: '?', intermediates: '$' }),
    csi('q', question, { prefix: '>' }),
    parser.registerDcsHandler({ intermediates: '$', final: 'q' }, question)
  ]
  return {
    dispose() {
      for (const part of parts) part.dispose()
    }
  }
}

/** How many questions are answered: always the first one of a piece of output, since whoever waits asks no second one. */
class Answers {
  readonly #undo: IDisposable
  #left = mostAnswers
  #filledAt = performance.now()
  #isFirst = true

  constructor(terminal: GuardedTerminal) {
    this.#undo = terminal.onWriteParsed(() => (this.#isFirst = true))
  }

  take(count: number): boolean {
    const now = performance.now()
    this.#left = Math.min(this.#left + ((now - this.#filledAt) * answersPerSecond) / 1000, mostAnswers)
    this.#filledAt = now
    if (this.#isFirst && count === 1) {
      this.#isFirst = false
      return true
    }
    if (this.#left < count) return false
    this.#left -= count
    return true
  }

  /** Whether a sequence about colours asks for some, and for nothing else. */
  takeColours(data: string): boolean {
    if (data.length > 1000) return false
    const asked = /^(?:(?:\d{1,3};)?\?)(?:;(?:\d{1,3};)?\?)*$/.test(data) ? data.split('?').length - 1 : 0
    return asked > 0 && asked <= mostColoursAsked && this.take(asked)
  }

  dispose(): void {
    this.#undo.dispose()
  }
}

/** Keeps links (OSC 8) to pages of the web, and to as many as a row can show. */
class LinkGuard {
  readonly #terminal: GuardedTerminal
  #row: IMarker | undefined
  #onRow = 0

  constructor(terminal: GuardedTerminal) {
    this.#terminal = terminal
  }

  /** `data` is `parameters;address`; without an address a link ends. */
  refuses(data: string): boolean {
    const start = data.indexOf(';') + 1
    const address = data.slice(start)
    if (address === '') return false
    if (start === 0 || data.length > 2 * longestLinkChars || address.length > longestLinkChars || !/^https?:\/\/[^\s\p{Cc}]+$/iu.test(address)) return true
    const { baseY, cursorY } = this.#terminal.buffer.active
    if (!this.#row || this.#row.isDisposed || this.#row.line !== baseY + cursorY) {
      this.dispose()
      this.#row = this.#terminal.registerMarker(0)
      this.#onRow = 0
    }
    return ++this.#onRow > mostLinksPerRow
  }

  dispose(): void {
    this.#row?.dispose()
    this.#row = undefined
  }
}

/** A letter of any language has fewer. */
const mostJoined = 30

/** What tells xterm.js how many cells a character takes, and whether it joins the one before. */
export interface WidthTable {
  charProperties(codepoint: number, preceding: number): number
}

/**
 * The same table, but of the marks that a program piles upon one character the rest has cells of its own: Chromium lays
 * 10,000 in one cell out in a second, and 100,000 in minutes.
 */
export function limitJoined<T extends WidthTable>(table: T): T {
  // xterm.js keeps in its bits 24 of the table's own, then two for the width and one that says that it joins.
  const charProperties = (codepoint: number, preceding: number) => {
    const properties = table.charProperties(codepoint, preceding)
    if ((properties & 1) === 0) return properties
    const joined = (preceding >>> 3) + 1
    return joined > mostJoined ? 1 << 1 : properties | (joined << 3)
  }
  return Object.create(table, { charProperties: { value: charProperties } }) as T
}
