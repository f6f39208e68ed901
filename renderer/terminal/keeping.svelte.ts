import { failureOf, type Bridge } from '../bridge.ts'
import { copied } from '../ui/clipboard.ts'
import { download } from '../ui/download.ts'
import { Notice } from './notice.svelte.ts'

/** What of a session's terminal is kept beyond it, as far as a person asks for it. */
export class Keeping {
  /** How the last wish went. */
  readonly notice = new Notice()
  readonly #bridge: Bridge
  readonly #sessionId: string

  constructor(bridge: Bridge, sessionId: string) {
    this.#bridge = bridge
    this.#sessionId = sessionId
  }

  /** Saves all lines of the terminal, where the host or the browser puts a file. */
  async saveScrollback(): Promise<void> {
    try {
      const { fileName, savedAs, text, lines } = await this.#bridge.call('sessions.saveScrollback', { id: this.#sessionId })
      if (text === null && savedAs === null) return
      if (text !== null) download(fileName, text, 'text/plain')
      this.notice.say(`Saved ${lines === 1 ? 'one line' : `${lines.toLocaleString('en-US')} lines`} as ${savedAs ?? fileName}, as they were shown: secrets are not taken out.`)
    } catch (error) {
      const { message, hint } = failureOf(error)
      this.notice.say([message, hint].filter(Boolean).join(' '))
    }
  }

  /** Shows the session's transcript in its folder; where the host can't, its path is copied. */
  async showTranscript(): Promise<void> {
    try {
      const { path, isShown } = await this.#bridge.call('sessions.showTranscript', { id: this.#sessionId })
      if (path === null) this.notice.say('There is no transcript of this session.')
      else this.notice.say(isShown ? `The transcript is ${path}` : await copied(path, `The transcript’s path is copied: ${path}`))
    } catch (error) {
      this.notice.say(failureOf(error).message)
    }
  }

  dispose(): void {
    this.notice.dispose()
  }
}
