import type { Terminal } from '@xterm/xterm'
import { CommandMarks, type Command, type CommandRows } from '../../app/command-marks.ts'
import { durationText } from '../../app/contract-values.ts'
import type { MarksMessage } from '../../app/frames.ts'
import { duration } from '../ui/amounts.ts'
import { copied } from '../ui/clipboard.ts'

/** A command that takes this long says so beside its line. */
const longCommandMs = 5000
const messageMs = 3000
/** Of a command's line in what is said of it. */
const saidChars = 120

const actions = { 'previous-command': true, 'next-command': true, 'select-output': true, 'copy-output': true, 'command-menu': true } as const
export type CommandAction = keyof typeof actions
export const isCommandAction = (action: string): action is CommandAction => Object.hasOwn(actions, action)

/** A command as its mark shows it; rows and pixels are counted from the top of what is in view. */
export interface ShownMark {
  command: Command
  outcome: Command['outcome']
  /** What the mark says: line, outcome and time. */
  label: string
  top: number
  isCurrent: boolean
}

export interface MarksView {
  /** Pixels, from the frame in which the marks are drawn. */
  left: number
  top: number
  rowHeight: number
  marks: ShownMark[]
  /** How long a long command took, or runs already, at the end of its line. */
  times: Array<{ command: Command; text: string; top: number }>
  /** The command whose output is at the top while its line scrolled away. */
  sticky: { command: Command; line: string; outcome: Command['outcome']; time: string } | null
}

const nothing: MarksView = { left: 0, top: 0, rowHeight: 0, marks: [], times: [], sticky: null }
const outcomeWords: Record<Command['outcome'], string> = { ok: 'done', failed: 'failed', running: 'running', unknown: 'nobody knows how it ended' }

/** The commands of one terminal in the window: where they are in view, and what a person does with them. */
export class TerminalMarks {
  view = $state.raw<MarksView>(nothing)
  /** What was done, or why nothing was; `isHeard`: only a screen reader is told, since everybody else sees it. */
  message = $state.raw<{ text: string; isHeard: boolean }>({ text: '', isHeard: true })
  menu = $state.raw<{ command: Command; place: { x: number; y: number } } | null>(null)
  readonly #terminal: Terminal
  readonly #commands: CommandMarks
  readonly #undo: Array<{ dispose(): void }>
  #frame: HTMLElement | null = null
  #current: Command | null = null
  #planned = 0
  #clock: ReturnType<typeof setTimeout> | undefined
  #messageTimer: ReturnType<typeof setTimeout> | undefined
  #shown = ''

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#commands = new CommandMarks(terminal, () => this.#plan())
    this.#undo = [
      terminal.onRender(() => this.#plan()),
      terminal.onResize(() => this.#plan()),
      terminal.buffer.onBufferChange(() => this.#plan()),
      // Whoever types has turned to the prompt.
      terminal.onKey(() => this.#choose(null))
    ]
  }

  /** The core's word on the session's commands. */
  take({ nonce, table }: MarksMessage): void {
    this.#commands.setNonce(nonce)
    if (table) this.#commands.restore(table)
  }

  /** Draws into an element that lies over the terminal. Returns the undo. */
  drawIn(frame: HTMLElement): () => void {
    this.#frame = frame
    this.#plan()
    return () => {
      this.#frame = null
      this.#show(nothing)
    }
  }

  act(action: CommandAction): void {
    if (action === 'previous-command' || action === 'next-command') return this.#jump(action === 'next-command' ? 1 : -1)
    const command = this.#chosen()
    if (!command) return this.#say('There is no command here yet.')
    if (action === 'copy-output') void this.copyOutput(command)
    else if (action === 'select-output') this.selectOutput(command)
    else this.#openMenu(command)
  }

  /** Brings a command's line into view. */
  goTo(command: Command): void {
    const { prompt, output } = this.#commands.rowsOf(command)
    this.#choose(command)
    this.#reveal(prompt ?? output)
    this.#say(this.#describe(command), true)
  }

  selectOutput(command: Command): void {
    const { prompt, output, end, endX } = this.#commands.rowsOf(command)
    if (this.#commands.outputOf(command) === '') return this.#say(nothingPrinted)
    this.#reveal(prompt ?? output)
    const { cols } = this.#terminal
    this.#terminal.select(0, output, (end - output) * cols - (endX > 0 ? cols - endX : 0))
    this.#terminal.focus()
    this.#say(`Selected the output of ${lineOf(command)}`, true)
  }

  async copyOutput(command: Command): Promise<void> {
    const text = this.#commands.outputOf(command)
    if (text === '') return this.#say(nothingPrinted)
    const lines = text.split('\n').length
    const isCut = this.#commands.rowsOf(command).prompt === null
    this.#say(await copied(text, `Copied ${lines === 1 ? 'one line' : `${lines.toLocaleString('en')} lines`}${isCut ? '; what came before them has left the scrollback' : ''}.`))
  }

  async copyLine(command: Command): Promise<void> {
    this.#say(await copied(command.line, command.isCut ? 'Copied the beginning of the command: the rest of it was not kept.' : 'Copied the command.'))
  }

  dispose(): void {
    cancelAnimationFrame(this.#planned)
    clearTimeout(this.#clock)
    clearTimeout(this.#messageTimer)
    for (const part of this.#undo) part.dispose()
    this.#commands.dispose()
  }

  // ---- what a person does ----

  #jump(step: 1 | -1): void {
    const { active } = this.#terminal.buffer
    if (active.type !== 'normal') return
    const places = this.#commands.commands.flatMap((command) => {
      const { prompt } = this.#commands.rowsOf(command)
      return prompt === null ? [] : [{ command, prompt }]
    })
    const { viewportY, baseY } = active
    const isInView = (row: number) => row >= viewportY && row < viewportY + this.#terminal.rows
    const current = places.find(({ command, prompt }) => command === this.#current && isInView(prompt))
    // From the chosen one; else from the prompt at the end, or from what is in view where that is above it.
    const from = current?.prompt ?? (viewportY >= baseY ? Infinity : step < 0 ? viewportY : viewportY - 1)
    const next = step < 0 ? places.findLast(({ prompt }) => prompt < from) : places.find(({ prompt }) => prompt > from)
    if (next) return this.goTo(next.command)
    if (step < 0) return this.#say('There is no command before.', true)
    this.#choose(null)
    this.#terminal.scrollToBottom()
    this.#say('At the prompt', true)
  }

  /** The command that was jumped to, else the newest one. */
  #chosen(): Command | undefined {
    const { commands } = this.#commands
    return commands.find((command) => command === this.#current) ?? commands.at(-1)
  }

  #choose(command: Command | null): void {
    if (command === this.#current) return
    this.#current = command
    this.#plan()
  }

  #reveal(row: number): void {
    const { viewportY, type } = this.#terminal.buffer.active
    if (type === 'normal' && (row < viewportY || row >= viewportY + this.#terminal.rows)) this.#terminal.scrollToLine(row)
  }

  #openMenu(command: Command): void {
    this.goTo(command)
    const box = this.#frame?.getBoundingClientRect()
    const { prompt, output } = this.#commands.rowsOf(command)
    const { left, top, rowHeight } = this.#measure()
    const row = Math.max((prompt ?? output) - this.#terminal.buffer.active.viewportY, 0)
    this.menu = { command, place: { x: (box?.left ?? 0) + left, y: (box?.top ?? 0) + top + (row + 1) * rowHeight } }
  }

  #say(text: string, isHeard = false): void {
    clearTimeout(this.#messageTimer)
    this.message = { text, isHeard }
    this.#messageTimer = setTimeout(() => (this.message = { text: '', isHeard: true }), messageMs)
  }

  // ---- what is in view ----

  #plan(): void {
    if (!this.#frame || this.#planned !== 0) return
    this.#planned = requestAnimationFrame(() => {
      this.#planned = 0
      if (this.#frame) this.#show(this.#look())
    })
  }

  #show(view: MarksView): void {
    // Most frames change nothing of it.
    const shown = JSON.stringify(view, (key, value: unknown) => (key === 'command' ? (value as Command).startedAt : value))
    if (shown !== this.#shown) this.view = view
    this.#shown = shown
  }

  #measure(): Pick<MarksView, 'left' | 'top' | 'rowHeight'> {
    const screen = this.#terminal.element?.querySelector('.xterm-screen')?.getBoundingClientRect()
    const frame = this.#frame?.getBoundingClientRect()
    if (!screen || !frame) return nothing
    return { left: screen.left - frame.left, top: screen.top - frame.top, rowHeight: screen.height / this.#terminal.rows }
  }

  #look(): MarksView {
    const { active } = this.#terminal.buffer
    clearTimeout(this.#clock)
    if (active.type !== 'normal') return nothing
    const place = this.#measure()
    const { viewportY } = active
    const view: MarksView = { ...place, marks: [], times: [], sticky: null }
    const topOf = (row: number) => (row - viewportY) * place.rowHeight
    const isInView = (row: number) => row >= viewportY && row < viewportY + this.#terminal.rows
    for (const command of this.#commands.commands) {
      const rows = this.#commands.rowsOf(command)
      if (rows.end < viewportY || (rows.prompt ?? 0) >= viewportY + this.#terminal.rows) continue
      const { outcome } = command
      const time = timeOf(command)
      if (rows.prompt !== null && isInView(rows.prompt)) {
        view.marks.push({ command, outcome, label: this.#describe(command), top: topOf(rows.prompt), isCurrent: command === this.#current })
      }
      if (rows.output <= viewportY && rows.end > viewportY + 1) view.sticky = { command, line: lineOf(command), outcome, time: time ?? '' }
      const timeRow = time && this.#rowWithRoom(rows, time)
      if (time && typeof timeRow === 'number' && isInView(timeRow)) view.times.push({ command, text: time, top: topOf(timeRow) })
      if (outcome === 'running') this.#clock = setTimeout(() => this.#plan(), 1000)
    }
    // At the top row it would lie under the line that stays there.
    if (view.sticky) view.times = view.times.filter(({ top }) => top > 0)
    return view
  }

  /** The last row of what was typed, or its first one, where there is room at the end for a text; null where in neither. */
  #rowWithRoom({ prompt, output }: CommandRows, text: string): number | null {
    if (prompt === null) return null
    const buffer = this.#terminal.buffer.active
    const fits = (row: number) => (buffer.getLine(row)?.translateToString(true).length ?? 0) + text.length + 4 <= this.#terminal.cols
    return [output - 1, prompt].find((row) => row >= prompt && fits(row)) ?? null
  }

  #describe(command: Command): string {
    const { outcome, seconds } = command
    const took = seconds === null ? '' : `, took ${duration(seconds)}`
    return `${lineOf(command)}: ${outcomeWords[outcome]}${took}`
  }
}

const nothingPrinted = 'This command printed nothing that is still there.'

/** A command's line in one row. */
function lineOf({ line, isCut }: Command): string {
  const text = line.trim().replaceAll(/\s*\n\s*/g, ' ↵ ')
  if (!text) return 'A command'
  return text.length > saidChars ? `${text.slice(0, saidChars)}…` : isCut ? `${text}…` : text
}

/** What a long command says beside its line; null of a short one. */
function timeOf({ outcome, seconds, startedAt }: Command): string | null {
  const ms = seconds === null ? Date.now() - startedAt : seconds * 1000
  if (ms < longCommandMs || (seconds === null && outcome !== 'running')) return null
  return `${outcome === 'running' ? 'running' : 'took'} ${durationText(ms)}`
}
