import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as nodePty from 'node-pty'
import type { Adapters, Host, Keychain, Spawn } from './adapters.ts'
import { createCore, type Core } from './core.ts'
import { demoCloud, demoExamples } from './demo/examples.ts'
import { startDemo, type Demo, type DemoOptions } from './demo/service.ts'
import { createRuntimeFolder } from './runtime-folder.ts'
import { machineNetwork } from './tokens/network.ts'

export interface MachineOptions {
  version: string
  dataFolder: string
  /** Folder of what the build made; the folder above this program's own unless told. */
  outFolder?: string
  env?: NodeJS.ProcessEnv
  /** Replacements, for tests that watch or withhold a part of the machine. */
  spawn?: Spawn
  keychain?: () => Promise<Keychain>
  demo?: DemoOptions
  /** Milliseconds; see `helloDeadlineMs` of app/sessions/attempt.ts. Read for each shell that is started. */
  helloDeadlineMs?: number
}

/** A core on the real machine, with its demo tenants. */
export interface MachineCore extends Core {
  readonly demo: Demo
}

/** Starts the core with this machine's keychain, processes, clock and network. */
export async function createMachineCore(host: Host, options: MachineOptions): Promise<MachineCore> {
  const out = options.outFolder ?? join(import.meta.dirname, '..')
  const env = options.env ?? process.env
  mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 })
  const runtime = createRuntimeFolder()
  const demo = await startDemo(options.demo)
  const adapters: Adapters = {
    version: options.version,
    platform: process.platform,
    env,
    paths: {
      data: options.dataFolder,
      runtime,
      scripts: join(out, 'scripts'),
      engineConsole: env.TENANTRY_ENGINE_CONSOLE && existsSync(env.TENANTRY_ENGINE_CONSOLE) ? env.TENANTRY_ENGINE_CONSOLE : null
    },
    keychain: options.keychain ?? loadKeychain,
    spawn: options.spawn ?? { pty: (file, args, settings) => nodePty.spawn(file, args, settings), process: spawn },
    now: Date.now,
    get helloDeadlineMs() {
      return options.helloDeadlineMs
    },
    network: machineNetwork,
    host,
    clouds: [demoCloud(demo, join(out, 'demo'))]
  }
  const core = await createCore(adapters, demoExamples(demo), (line) => console.error(`tenantry: ${line}`))
  return {
    ...core,
    demo,
    async dispose() {
      await core.dispose()
      await demo.dispose()
      rmSync(runtime, { recursive: true, force: true })
    }
  }
}

async function loadKeychain(): Promise<Keychain> {
  // keytar is loaded late: where libsecret is missing, loading it fails, and that must be a sentence, not a crash.
  const keytar = await import('keytar')
  return keytar.default ?? keytar
}
