import type { IMarker, Terminal } from '@xterm/headless'
import { readShellMark, type ShellMark } from './shell-marks.ts'
import { linesOf } from './terminal-text.ts'

/** What is needed of a terminal, the core's or the window's. */
export type MarkedTerminal = Pick<Terminal, 'parser' | 'registerMarker' | 'buffer' | 'cols'>

/** One command of the shell's; where it is on the screen is told by `CommandMarks`. */
export interface Command {
  /** What was typed; empty where that is not known. */
  line: string
  /** `line` is only the beginning. */
  isCut: boolean
  /** Milliseconds since the epoch. */
  startedAt: number
  /** Null while it runs, and where nobody told. */
  seconds: number | null
  outcome: 'running' | 'ok' | 'failed' | 'unknown'
}

/** Rows of the screen with its scrollback; `end` is the first row after the output. */
export interface CommandRows {
  /** Null where the prompt scrolled away. */
  prompt: number | null
  output: number
  end: number
  /** Where the output ends on its last row; 0 where it fills whole rows. */
  endX: number
}

interface Entry extends Command {
  prompt: IMarker | null
  output: IMarker | null
  end: IMarker | null
  /** Where on the next prompt's row the output's last line, which was not ended, has its end; 0 where it was ended. */
  endX: number
}

/** Commands with their rows counted from the cursor's, as one terminal tells another that shows the same screen. */
export interface CommandTable {
  cols: number
  prompt: number | null
  commands: Array<Command & { prompt: number | null; output: number | null; end: number | null; endX: number }>
}

/** More than a scrollback of short commands has; the oldest go first. */
const mostCommands = 1000
/** Characters of all command lines together. */
const mostLineChars = 1_000_000

/**
 * The commands of a session as its terminal shows them: made of the shell's marks while the output is parsed, moved by
 * the terminal's own markers as lines scroll, wrap anew, or are erased. A command whose lines are all gone is gone.
 */
export class CommandMarks {
  readonly #terminal: MarkedTerminal
  readonly #onChange: () => void
  readonly #undo: Array<{ dispose(): void }>
  #nonce: string | null = null
  #entries: Entry[] = []
  #prompt: IMarker | null = null
  /** Where the prompt that waits ends. */
  #input: { row: IMarker; x: number } | null = null
  #typed: { line: string; isCut: boolean } | null = null
  #waiting: CommandTable | null = null
  /** Told of each mark of the shell's where it stands in the output: the cursor is at its place. */
  onMark: (mark: ShellMark) => void = () => {}

  constructor(terminal: MarkedTerminal, onChange: () => void = () => {}) {
    this.#terminal = terminal
    this.#onChange = onChange
    this.#undo = [
      // Answering true: a mark is shown to nobody else, whoever it is from.
      terminal.parser.registerOscHandler(633, (text) => {
        const mark = readShellMark(text, this.#nonce)
        if (mark) this.#take(mark)
        return true
      }),
      // A full reset makes the buffers anew, and markers of the old ones would point at anything.
      terminal.parser.registerEscHandler({ final: 'c' }, () => {
        this.#clear()
        return false
      }),
      terminal.buffer.onBufferChange(() => this.#restoreWaiting())
    ]
  }

  /** The commands whose lines are still there, the oldest first. */
  get commands(): readonly Command[] {
    this.#prune()
    return this.#entries
  }

  /** Another shell's marks count from now on, or (null) nobody's; what still ran in the one before has no outcome. */
  setNonce(nonce: string | null): void {
    this.#nonce = nonce
    this.#typed = null
    this.#endRunning()
    this.#onChange()
  }

  rowsOf(command: Command): CommandRows {
    const entry = command as Entry
    const prompt = lineOf(entry.prompt)
    const output = lineOf(entry.output) ?? (prompt === null ? 0 : prompt + 1)
    return { prompt, output, end: Math.max(output, this.#endOf(entry)), endX: lineOf(entry.end) === null ? 0 : entry.endX }
  }

  /** The text of a command's output as far as the scrollback has it, lines that were wrapped in one piece. */
  outputOf(command: Command): string {
    const { output, end, endX } = this.rowsOf(command)
    const lines = linesOf(this.#terminal.buffer.normal, output, end, endX)
    while (lines.at(-1) === '') lines.pop()
    return lines.join('\n')
  }

  /**
   * What stands behind the prompt that waits; empty where nothing is typed, and where nobody knows, as under a full-screen
   * program or where the prompt's own end was wrapped anew.
   */
  typedLine(): string {
    const { active, normal } = this.#terminal.buffer
    const row = this.#input ? lineOf(this.#input.row) : null
    if (row === null || !this.#input || active.type !== 'normal' || this.#input.x >= this.#terminal.cols) return ''
    const rows = [normal.getLine(row)?.translateToString(true, this.#input.x) ?? '']
    for (let next = row + 1; next <= this.#cursorRow(); next++) rows.push(normal.getLine(next)?.translateToString(true) ?? '')
    return rows.join('\n').trim()
  }

  /** All that another terminal needs, once it shows the same screen. */
  table(): CommandTable {
    this.#prune()
    const cursor = this.#cursorRow()
    const away = (marker: IMarker | null) => (marker && !marker.isDisposed ? marker.line - cursor : null)
    return {
      cols: this.#terminal.cols,
      prompt: away(this.#prompt),
      commands: this.#entries.map(({ line, isCut, startedAt, seconds, outcome, prompt, output, end, endX }) => ({
        line, isCut, startedAt, seconds, outcome, prompt: away(prompt), output: away(output), end: away(end), endX
      }))
    }
  }

  /**
   * Takes the commands of a terminal that shows the same. Where the lines are wrapped at another width none are taken:
   * no mark is better than one at the wrong line. Under a full-screen program it waits for its end.
   */
  restore(table: CommandTable): void {
    this.#clear()
    this.#waiting = table
    this.#restoreWaiting()
  }

  dispose(): void {
    for (const part of this.#undo) part.dispose()
    this.#clear()
  }

  #restoreWaiting(): void {
    const table = this.#waiting
    if (!table || this.#terminal.buffer.active.type !== 'normal') return
    this.#waiting = null
    if (table.cols !== this.#terminal.cols) return
    const at = (offset: number | null) => (offset === null || this.#cursorRow() + offset < 0 ? null : (this.#terminal.registerMarker(offset) ?? null))
    this.#prompt = at(table.prompt)
    this.#entries = [
      ...table.commands.map((command) => ({ ...command, prompt: at(command.prompt), output: at(command.output), end: at(command.end) })),
      ...this.#entries
    ]
    this.#onChange()
  }

  #take(mark: ShellMark): void {
    this.onMark(mark)
    // A shell that prompts inside a full-screen program's buffer has no lines that stay.
    const marker = () => (this.#terminal.buffer.active.type === 'normal' ? (this.#terminal.registerMarker(0) ?? null) : null)
    switch (mark.kind) {
      case 'prompt':
        this.#prompt?.dispose()
        this.#prompt = marker()
        this.#forgetInput()
        break
      case 'input':
        this.#noteInput(marker())
        return
      case 'clean-line':
        return
      case 'line':
        this.#typed = { line: mark.line, isCut: mark.isCut }
        return
      case 'start':
        this.#start(mark.at, marker())
        break
      case 'end':
        this.#end(mark.success, mark.seconds, marker())
    }
    this.#onChange()
  }

  #noteInput(row: IMarker | null): void {
    this.#forgetInput()
    // Of a prompt that is wrapped the end moves when the width changes.
    const { cursorX, baseY, cursorY } = this.#terminal.buffer.normal
    if (row && !this.#terminal.buffer.normal.getLine(baseY + cursorY)?.isWrapped) this.#input = { row, x: cursorX }
    else row?.dispose()
  }

  #forgetInput(): void {
    this.#input?.row.dispose()
    this.#input = null
  }

  #start(startedAt: number, output: IMarker | null): void {
    this.#endRunning()
    this.#forgetInput()
    const { line, isCut } = this.#typed ?? { line: '', isCut: false }
    this.#typed = null
    if (this.#prompt && output) {
      this.#entries.push({ line, isCut, startedAt, seconds: null, outcome: 'running', prompt: this.#prompt, output, end: null, endX: 0 })
      this.#prompt = null
    }
    this.#prune()
    while (this.#entries.length > mostCommands || this.#lineChars() > mostLineChars) disposeOf(this.#entries.shift()!)
  }

  #end(success: boolean | null, seconds: number, end: IMarker | null): void {
    const running = this.#entries.at(-1)
    if (running?.outcome !== 'running') return end?.dispose()
    running.outcome = success === null ? 'unknown' : success ? 'ok' : 'failed'
    running.seconds = seconds
    running.end = end
    running.endX = this.#terminal.buffer.normal.cursorX
  }

  #endRunning(): void {
    const running = this.#entries.at(-1)
    if (running?.outcome === 'running') running.outcome = 'unknown'
  }

  /** The first row after an entry's output. */
  #endOf(entry: Entry): number {
    const end = lineOf(entry.end)
    if (end !== null) return end + (entry.endX > 0 ? 1 : 0)
    const next = this.#entries[this.#entries.indexOf(entry) + 1]
    const nextPrompt = lineOf(next ? next.prompt : this.#prompt)
    return nextPrompt ?? (next ? lineOf(next.output) : null) ?? this.#cursorRow() + 1
  }

  /** Lets go of commands that ended and have no line left. */
  #prune(): void {
    const isGone = (entry: Entry) =>
      entry.outcome !== 'running' && lineOf(entry.prompt) === null && lineOf(entry.output) === null && (entry.end?.isDisposed !== false || this.#endOf(entry) === 0)
    if (!this.#entries.some(isGone)) return
    const gone = this.#entries.filter(isGone)
    this.#entries = this.#entries.filter((entry) => !gone.includes(entry))
    for (const entry of gone) disposeOf(entry)
  }

  #lineChars(): number {
    return this.#entries.reduce((sum, { line }) => sum + line.length, 0)
  }

  #cursorRow(): number {
    const { baseY, cursorY } = this.#terminal.buffer.normal
    return baseY + cursorY
  }

  #clear(): void {
    for (const entry of this.#entries) disposeOf(entry)
    this.#prompt?.dispose()
    this.#entries = []
    this.#prompt = null
    this.#forgetInput()
    this.#typed = null
    this.#waiting = null
    this.#onChange()
  }
}

function lineOf(marker: IMarker | null): number | null {
  return marker && !marker.isDisposed && marker.line >= 0 ? marker.line : null
}

function disposeOf({ prompt, output, end }: Entry): void {
  for (const marker of [prompt, output, end]) marker?.dispose()
}
