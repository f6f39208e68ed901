import type { AppState, Service, UpdateState } from '../app/contract.ts'
import type { Bridge } from './bridge.ts'

/** What a machine needs of the desk. */
export interface MachineUse {
  /** Does something whose failure is shown above the terminal. */
  attempt(action: () => Promise<unknown>): Promise<void>
  /** Brings a session to the front. */
  show(sessionId: string): void
}

/** The app and the computer that it is on: what the window knows of both, and what a person has done about it. */
export class Machine {
  app = $state.raw<AppState | null>(null)
  updates = $state.raw<UpdateState | null>(null)
  readonly #bridge: Bridge
  readonly #use: MachineUse

  constructor(bridge: Bridge, use: MachineUse) {
    this.#bridge = bridge
    this.#use = use
    bridge.on('app.changed', (app) => (this.app = app))
    bridge.on('updates.changed', (updates) => (this.updates = updates))
  }

  get isPowerShellMissing(): boolean {
    return Boolean(this.app?.powershellProblem) && !this.app?.powershell
  }

  /** Asks for both. */
  async load(): Promise<void> {
    await Promise.all([
      this.#bridge.call('app.state', null).then((app) => (this.app = app)),
      this.#bridge.call('updates.state', null).then((updates) => (this.updates = updates))
    ])
  }

  async dismissNotice(id: string): Promise<void> {
    await this.#use.attempt(() => this.#bridge.call('app.dismissNotice', { id }))
  }

  /** A terminal in which the offered install command runs. */
  async installPowerShell(): Promise<void> {
    await this.#use.attempt(async () => this.#use.show((await this.#bridge.call('app.installPowerShell', null)).sessionId))
  }

  /** A terminal in which the module that connects is installed. */
  async installModule(service: Service): Promise<void> {
    await this.#use.attempt(async () => this.#use.show((await this.#bridge.call('app.installModule', { service })).sessionId))
  }

  async findPowerShell(): Promise<void> {
    await this.#use.attempt(async () => (this.app = await this.#bridge.call('app.findPowerShell', null)))
  }

  async choosePowerShell(): Promise<void> {
    await this.#use.attempt(async () => (this.app = await this.#bridge.call('app.choosePowerShell', null)))
  }
}
