import type { SessionView } from '../contract.ts'
import { failure } from '../failures.ts'
import type { ShellMessage } from '../powershell/messages.ts'
import { Turns } from '../turns.ts'
import type { Output } from './output.ts'
import { ShellQuestion } from './shell-question.ts'

/** A shell that answers is quicker; one that is in the middle of a long redraw may take this long. */
const patienceMs = 5_000

export interface PromptLineOptions {
  view(): SessionView
  output: Output
  /** What is typed waits in the app: for the first prompt, or for a fresh token. */
  areKeysHeld(): boolean
  /** Asks the shell whether PowerShell can read a text; answered by `parsed`. */
  parse(text: string): void
}

type Answer = Extract<ShellMessage, { type: 'parsed' }>

/** One shell's prompt, as far as whole texts are typed there. */
export class PromptLine {
  readonly #options: PromptLineOptions
  readonly #question = new ShellQuestion<Answer>(patienceMs)
  readonly #turns = new Turns()

  constructor(options: PromptLineOptions) {
    this.#options = options
  }

  /**
   * Types a text as a paste would, with Enter where it is to run; texts wait for each other. PowerShell looks at it before,
   * since of lines that it can't read some would run without the others.
   *
   * @throws TenantryError `prompt-…`, `snippet-syntax`
   */
  put(text: string, { isRun }: { isRun: boolean }): Promise<void> {
    return this.#turns.next(() => this.#put(text, isRun))
  }

  parsed(answer: Answer): void {
    this.#question.answered(answer)
  }

  async #put(text: string, isRun: boolean): Promise<void> {
    const { output } = this.#options
    await this.#check(isRun)
    const { isBracketed } = output.screen
    const isLong = text.includes('\n')
    const command = isLong && !isBracketed ? blockOf(text) : text
    // A part of a line, such as the end of a pipeline, is to be put in too: the person goes on there.
    if (isRun || isLong) await this.#checkSyntax(command, command === text ? 0 : 1)
    // Meanwhile a command may have begun.
    await this.#check(isRun)
    output.type(keysOf(command, isBracketed) + (isRun ? '\r' : ''))
  }

  async #check(isRun: boolean): Promise<void> {
    const { view, output, areKeysHeld } = this.#options
    await output.screen.allParsed()
    const { name, phase, alive, busy } = view()
    if (phase !== 'connected' || !alive) throw failure('prompt-missing', { name })
    if (busy) throw failure('prompt-busy', { name })
    // What is held comes after all that was typed before.
    if (isRun && !areKeysHeld() && output.screen.marks.typedLine()) throw failure('prompt-not-empty', { name })
  }

  async #checkSyntax(command: string, firstLine: number): Promise<void> {
    const { view, parse } = this.#options
    const answer = await this.#question.ask(() => parse(command))
    const { name } = view()
    if (!answer) throw failure('prompt-silent', { name })
    if (answer.problem !== null) throw failure('snippet-syntax', { name, problem: `Line ${Math.max(answer.line - firstLine, 1)}: ${readProblem(answer.problem)}` })
  }
}

/**
 * Several lines as one command, for a line editor to which each line end is Enter: PSReadLine takes no paste as one piece,
 * and a line that asks something would take the next one for its answer. As it is dot-sourced, what is set in it stays.
 */
function blockOf(text: string): string {
  return `. {\n${text}\n}`
}

/** What a terminal types for a text, as xterm's paste does. */
function keysOf(text: string, isBracketed: boolean): string {
  const lines = text.replaceAll('\n', '\r')
  // To a line editor that reads keys, a tab completes something.
  return isBracketed ? `\x1b[200~${lines}\x1b[201~` : lines.replaceAll('\t', '    ')
}

/** The shell's sentence, which comes percent-encoded. */
function readProblem(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
