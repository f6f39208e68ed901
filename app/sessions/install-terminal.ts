import { homedir } from 'node:os'
import type { IPty } from 'node-pty'
import type { Adapters } from '../adapters.ts'
import type { ByteStream, SessionView } from '../contract.ts'
import type { Installation } from '../powershell/install-command.ts'
import { consoleOptions, shellEnvironment } from '../powershell/launch.ts'
import { Output } from './output.ts'
import { endProcessTree } from '../process-tree.ts'

const noProfile = '00000000-0000-0000-0000-000000000000'

/** A terminal in which an install command runs, in sight and interruptible. */
export class InstallTerminal {
  readonly id: string
  readonly output: Output
  readonly #adapters: Adapters
  readonly #onChange: (view: SessionView) => void
  readonly #onEnded: () => void
  #pty: IPty | null
  #view: SessionView

  constructor(id: string, installation: Installation, size: { cols: number; rows: number }, adapters: Adapters, events: { onChange(view: SessionView): void; onEnded(): void }) {
    this.id = id
    this.#adapters = adapters
    this.#onChange = (view) => events.onChange(view)
    this.#onEnded = () => events.onEnded()
    this.output = new Output(size.cols, size.rows)
    const now = adapters.now()
    this.#view = {
      id, profileId: noProfile, service: 'exchange', name: installation.name, colour: '#8d99a8', environment: null, isReadOnly: false, phase: 'connected', since: now,
      detail: `Running ${installation.command}`, openedAt: now, connectSeconds: null, failure: null,
      tenant: { id: null, organization: null, proof: 'unconfirmed' }, tokenExpiresOn: null, renewal: null, clockSkewSeconds: null, moduleVersion: null,
      powershellVersion: null, standIn: false, busy: false, alive: true, canReconnect: false, unseen: null, transcript: null, guard: null
    }
    this.#pty = this.#start(installation, size)
  }

  get view(): SessionView {
    return this.#view
  }

  attach(stream: ByteStream): void {
    this.output.attach(stream)
  }

  resize(cols: number, rows: number): void {
    this.output.screen.resize(cols, rows)
    this.#pty?.resize(cols, rows)
  }

  async reconnect(): Promise<void> {
    // There is nothing to connect to.
  }

  async close(): Promise<void> {
    if (this.#pty) await endProcessTree(this.#pty, this.#adapters)
    this.#pty = null
    this.output.dispose()
  }

  #start({ command, program }: Installation, size: { cols: number; rows: number }): IPty {
    const { env, platform, spawn } = this.#adapters
    const shell = { file: platform === 'win32' ? (env.ComSpec ?? 'cmd.exe') : (env.SHELL ?? '/bin/sh'), args: [] }
    const { file, args } = program ?? shell
    const pty = spawn.pty(file, args, {
      name: 'xterm-256color',
      ...size,
      cwd: env.HOME ?? env.USERPROFILE ?? homedir(),
      env: shellEnvironment(env, platform),
      encoding: null,
      ...consoleOptions(platform)
    })
    const disconnect = this.output.connect({ pause: () => pty.pause(), resume: () => pty.resume(), write: (data) => pty.write(typeof data === 'string' ? data : Buffer.from(data)) })
    pty.onData((data: string | Uint8Array) => this.output.push(typeof data === 'string' ? Buffer.from(data) : data))
    pty.onExit(() => {
      this.#pty = null
      disconnect()
      this.#view = { ...this.#view, phase: 'closed', detail: 'The terminal ended', alive: false }
      this.#onChange(this.#view)
      this.#onEnded()
    })
    if (!program) pty.write(command + '\r')
    return pty
  }
}
