import type { App, BrowserWindow, PowerMonitor } from 'electron'
import type { Question } from '../adapters.ts'
import type { Core, LiveSession } from '../core.ts'
import type { LiveRun } from '../runs/runs.ts'

/** More names than a dialog can be read with. */
const mostNames = 5

interface Preventable {
  preventDefault(): void
}

export interface QuittingOptions {
  platform: NodeJS.Platform
  app: Pick<App, 'quit'> & { on(event: 'before-quit', listener: (event: Preventable) => void): unknown; on(event: 'window-all-closed', listener: () => void): unknown }
  powerMonitor: Pick<PowerMonitor, never> & { on(event: 'shutdown', listener: () => void): unknown }
  /** Null while the core is still starting: there is nothing to lose then. */
  core(): Pick<Core, 'liveSessions' | 'liveRuns'> | null
  confirm(question: Question): Promise<boolean>
}

type ClosingWindow = Pick<BrowserWindow, never> & {
  on(event: 'close', listener: (event: Preventable) => void): unknown
  on(event: 'session-end', listener: () => void): unknown
}

/**
 * Decides what an end ends. Living sessions and runs are asked about once; on macOS a closed window leaves them and the app
 * alone, elsewhere it is the end of both. The system's own end is held up by nobody.
 */
export class Quitting {
  readonly #options: QuittingOptions
  #isAllowed = false
  #isSystemEnding = false
  #isAsking = false

  constructor(options: QuittingOptions) {
    this.#options = options
    options.app.on('before-quit', (event) => this.#beforeQuit(event))
    options.app.on('window-all-closed', () => {
      if (options.platform !== 'darwin') options.app.quit()
    })
    options.powerMonitor.on('shutdown', () => (this.#isSystemEnding = true))
  }

  /** The computer goes down, or its person signs out: nothing is asked any more. */
  get isSystemEnding(): boolean {
    return this.#isSystemEnding
  }

  /** Watches a new window. */
  watch(window: ClosingWindow): void {
    window.on('session-end', () => (this.#isSystemEnding = true))
    window.on('close', (event) => {
      if (this.#options.platform === 'darwin' || !this.#question()) return
      // The window stays until the answer.
      event.preventDefault()
      this.#options.app.quit()
    })
  }

  #question(): Question | null {
    if (this.#isAllowed || this.#isSystemEnding) return null
    const core = this.#options.core()
    return core && quitQuestion(core.liveSessions(), core.liveRuns())
  }

  #beforeQuit(event: Preventable): void {
    const question = this.#question()
    if (!question) return
    event.preventDefault()
    if (this.#isAsking) return
    this.#isAsking = true
    void this.#options.confirm(question).catch(() => false).then((isYes) => {
      this.#isAsking = false
      if (!isYes) return
      this.#isAllowed = true
      this.#options.app.quit()
    })
  }
}

/** What is asked before living sessions and runs end; null where there is none. */
export function quitQuestion(sessions: readonly LiveSession[], runs: readonly LiveRun[] = []): Question | null {
  const parts = [...(sessions.length > 0 ? [aboutSessions(sessions)] : []), ...(runs.length > 0 ? [aboutRuns(runs)] : [])]
  if (parts.length === 0) return null
  return {
    title: 'Quit Tenantry',
    message: `Quit and ${parts.map(({ ends }) => ends).join(', and ')}?`,
    detail: parts.map(({ state }) => state).join(' '),
    confirmLabel: 'Quit'
  }
}

function aboutSessions(sessions: readonly LiveSession[]): { ends: string; state: string } {
  const tenants = new Set(sessions.map(({ profileId }) => profileId)).size
  const busy = sessions.filter((session) => session.busy)
  const names = [...new Set(busy.map(({ name }) => name ?? 'a tenant'))]
  const shown = names.length > mostNames ? [...names.slice(0, mostNames), `${names.length - mostNames} more`] : names
  return {
    ends: tenants === 1 ? 'end the sessions of 1 tenant' : `end the sessions of ${tenants} tenants`,
    state: busy.length === 0 ? 'No command is running in them.' : `A command is running in ${listed(shown)}. Quitting stops it.`
  }
}

function aboutRuns(runs: readonly LiveRun[]): { ends: string; state: string } {
  const sum = (count: (run: LiveRun) => number) => runs.reduce((all, run) => all + count(run), 0)
  const [done, tenants] = [sum((run) => run.done), sum((run) => run.tenants)]
  return {
    ends: `stop ${runs.length === 1 ? 'the run' : `${runs.length} runs`} across ${tenants === 1 ? '1 tenant' : `${tenants} tenants`}`,
    state: `${done} of ${tenants} are done; the next start says which.`
  }
}

function listed(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
