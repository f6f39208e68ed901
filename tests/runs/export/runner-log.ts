const commands = ['add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'notice', 'remove-matcher', 'save-state', 'set-env', 'set-output', 'stop-commands', 'warning']

/**
 * What GitHub makes of the lines that a job prints, after github.com/actions/runner, src/Runner.Worker/ActionCommandManager.cs:
 * a command is heard until one stops them, and again from the line on that has the name it was stopped with. A mask is
 * the whole job's, a stop the step's.
 */
export class RunnerLog {
  readonly #masks: string[] = []
  #stoppedBy: string | null = null
  /** What the log shows. */
  shown = ''
  /** The commands that were heard, those that stop and resume left out. */
  readonly heard: string[] = []

  step(printed: string): void {
    this.#stoppedBy = null
    for (const line of printed.split(/\r?\n/)) this.#line(line)
  }

  #line(line: string): void {
    const [, name, text = ''] = /^\s*::([\w-]+)(?: .*?)?::(.*)$/.exec(line) ?? /##\[([\w-]+)(?: [^\]]*)?\](.*)$/.exec(line) ?? []
    if (this.#stoppedBy !== null) {
      if (name === this.#stoppedBy) this.#stoppedBy = null
    } else if (name === 'stop-commands') this.#stoppedBy = text
    else if (name !== undefined && commands.includes(name)) {
      this.heard.push(name)
      if (name === 'add-mask') {
        this.#masks.push(text)
        return
      }
    }
    this.shown += `${this.#masks.reduce((hidden, mask) => hidden.replaceAll(mask, '***'), line)}\n`
  }
}
