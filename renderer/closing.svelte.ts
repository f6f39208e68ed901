import type { Failure, Tab } from '../app/contract.ts'
import { failureOf, type Bridge } from './bridge.ts'
import type { Tabs } from './panes/tabs.svelte.ts'

/** What would stop a running command, and waits for a yes. */
interface Stop {
  sessionId: string
  action: 'close' | 'reconnect'
}

/** Closes sessions and tabs; what a slip would end waits for a yes. */
export class Closing {
  /** What was asked for of a session with a running command. */
  stop = $state.raw<Stop | null>(null)
  /** The tab that waits for a yes: it is pinned, or commands run in it. */
  tabId = $state<string | null>(null)
  readonly #bridge: Bridge
  readonly #tabs: Tabs
  readonly #onFailure: (failure: Failure) => void

  constructor(bridge: Bridge, tabs: Tabs, onFailure: (failure: Failure) => void) {
    this.#bridge = bridge
    this.#tabs = tabs
    this.#onFailure = onFailure
  }

  /** Closes a session; a running command (`stop`) and the last pane of a pinned tab (`tabId`) ask first, unless `force`. */
  async close(sessionId: string, force = false): Promise<void> {
    const tab = this.#tabs.with(sessionId)
    if (tab?.isPinned && 'pane' in tab.layout && !force) this.tabId = tab.id
    else await this.#close(sessionId, force)
  }

  /** Closes all panes of a tab; one that is pinned, or in which commands run, asks first (`tabId`), unless `force`. */
  async closeTab(tab: Tab, force = false): Promise<void> {
    const sessions = this.#tabs.sessionsOf(tab)
    const asks = !force && (tab.isPinned || sessions.some(({ busy }) => busy))
    this.tabId = asks ? tab.id : null
    if (!asks) await Promise.all(sessions.map(({ id }) => this.#close(id, force)))
  }

  /** Closes several tabs; those that must ask stay, and the first of them asks. */
  async closeTabs(tabs: readonly Tab[]): Promise<void> {
    for (const tab of tabs) if (this.tabId === null) await this.closeTab(tab)
  }

  async #close(sessionId: string, force: boolean): Promise<void> {
    try {
      await this.askBefore({ sessionId, action: 'close' }, () => this.#bridge.call('sessions.close', { id: sessionId, force }))
    } catch (error) {
      this.#onFailure(failureOf(error))
    }
  }

  /** Does what may be refused for a running command (`session-busy`), and asks then. Throws any other failure. */
  async askBefore(stop: Stop, action: () => Promise<unknown>): Promise<void> {
    this.stop = null
    try {
      await action()
    } catch (error) {
      if (failureOf(error).code !== 'session-busy') throw error
      this.stop = stop
    }
  }
}
