import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Host } from '../../app/adapters.ts'
import { calls, type CallInput, type CallName, type CallOutput, type SessionView } from '../../app/contract.ts'
import { createMachineCore, type MachineCore, type MachineOptions } from '../../app/machine.ts'
import { AttachedWindow } from './attached-window.ts'

const root = join(import.meta.dirname, '..', '..')

/** How long a state may take before a test gives up on it; no figure of the product's. */
const patienceMs = 45_000

/** A real core without a window: real ptys, a real PowerShell engine, the demo's services. */
export interface CoreUnderTest {
  core: MachineCore
  /** What it was started with; a change counts where the machine reads it late. */
  options: MachineOptions
  dataFolder: string
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>
  open(profileName: string): Promise<SessionView>
  /** A window at a session's terminal. */
  attach(id: string): Promise<AttachedWindow>
  /** Waits for a session's state. */
  until(id: string, what: (view: SessionView) => boolean): Promise<SessionView>
  dispose(): Promise<void>
}

const silentHost: Host = {
  kind: 'preview',
  confirm: async () => true,
  chooseFile: async () => null,
  chooseFolder: async () => null,
  saveFile: null,
  askPerson: null,
  notify: null,
  paste: null,
  showFile: () => false,
  openBrowser: async () => false,
  keepAwake: () => {}
}

/** @param host what differs from a host that asks and shows nothing */
export async function startCore(options: Partial<MachineOptions> = {}, host: Partial<Host> = {}): Promise<CoreUnderTest> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-data-'))
  const all: MachineOptions = {
    version: 'test',
    outFolder: join(root, 'out'),
    keychain: async () => Promise.reject(new Error('no keychain in this test')),
    dataFolder,
    ...options
  }
  const core = await createMachineCore({ ...silentHost, ...host }, all)
  const call = async <N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> => {
    const reply = await core.dispatch({ trusted: true, description: 'test' }, name, input)
    if ('failure' in reply) throw Object.assign(new Error(reply.failure.message), reply.failure)
    return calls[name].output.parse(reply.output) as CallOutput<N>
  }
  return {
    core,
    options: all,
    dataFolder,
    call,
    async open(profileName) {
      const { profiles } = await call('profiles.list', undefined)
      const profile = profiles.find(({ name }) => name === profileName)
      if (!profile) throw new Error(`There is no profile ${profileName}.`)
      return call('sessions.open', { profileId: profile.id, cols: 120, rows: 30 })
    },
    async attach(id) {
      const { ticket } = await call('sessions.attach', { id })
      const window = new AttachedWindow()
      if (!core.openStream(ticket, window)) throw new Error('The ticket opened no stream.')
      return window
    },
    async until(id, what) {
      const deadline = Date.now() + patienceMs
      for (;;) {
        const { sessions } = await call('sessions.list', undefined)
        const view = sessions.find((session) => session.id === id)
        if (view && what(view)) return view
        if (Date.now() > deadline) throw new Error(`The session never got there; it is ${JSON.stringify(view)}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async dispose() {
      await core.dispose()
      rmSync(dataFolder, { recursive: true, force: true })
    }
  }
}
