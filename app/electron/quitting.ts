import type { App, BrowserWindow, PowerMonitor } from 'electron'
import type { Question } from '../adapters.ts'
import type { Core, LiveSession } from '../core.ts'

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
  core(): Pick<Core, 'liveSessions'> | null
  confirm(question: Question): Promise<boolean>
}

type ClosingWindow = Pick<BrowserWindow, never> & {
  on(event: 'close', listener: (event: Preventable) => void): unknown
  on(event: 'session-end', listener: () => void): unknown
}

/**
 * Decides what an end ends. Living sessions are asked about once; on macOS a closed window leaves them and the app
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
    return this.#isAllowed || this.#isSystemEnding ? null : quitQuestion(this.#options.core()?.liveSessions() ?? [])
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

/** What is asked before living sessions end; null where none lives. */
export function quitQuestion(sessions: LiveSession[]): Question | null {
  if (sessions.length === 0) return null
  const tenants = new Set(sessions.map(({ profileId }) => profileId)).size
  const busy = sessions.filter((session) => session.busy)
  const names = [...new Set(busy.map(({ name }) => name ?? 'a tenant'))]
  const shown = names.length > mostNames ? [...names.slice(0, mostNames), `${names.length - mostNames} more`] : names
  return {
    title: 'Quit Tenantry',
    message: tenants === 1 ? 'Quit and end the sessions of 1 tenant?' : `Quit and end the sessions of ${tenants} tenants?`,
    detail: busy.length === 0 ? 'No command is running in them.' : `A command is running in ${listed(shown)}. Quitting stops it.`,
    confirmLabel: 'Quit'
  }
}

function listed(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
