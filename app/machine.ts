import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { availableMemory } from 'node:process'
import type { Adapters, Host, Keychain, Spawn, Updater } from './adapters.ts'
import { createCore, type Core } from './core.ts'
import { demoCloud, demoExamples } from './demo/examples.ts'
import { startDemo, type Demo, type DemoOptions } from './demo/service.ts'
import { followSessions } from './log/follow.ts'
import { openLog, type Log } from './log/log.ts'
import { createRoute } from './network/proxy.ts'
import { createTrust } from './network/trust.ts'
import { outFolder } from './out-folder.ts'
import { createRuntimeFolder } from './runtime-folder.ts'
import { createNetwork } from './tokens/network.ts'
import { policyFile, readPolicy } from './updates/policy.ts'

export interface MachineOptions {
  version: string
  dataFolder: string
  /** Folder of scripts/ and demo/, where not at the place of this program's own; see `outFolder`. */
  outFolder?: string
  /** The system's proxy for an address, as a PAC answer; Electron knows it. */
  resolveProxy?: (url: string) => Promise<string>
  /** How an installed app updates itself. */
  createUpdater?: (log: Log) => Updater
  /** Where a managed computer's policy is, where not at the platform's own place. */
  policyFile?: string
  env?: NodeJS.ProcessEnv
  /** Whether the machine runs on its battery. Where nobody says, no shells wait for sessions. */
  isOnBattery?: () => boolean
  /** Bytes that a system may use without swapping; this machine's unless told. */
  availableMemory?: () => number
  /** Replacements, for tests that watch or withhold a part of the machine. */
  spawn?: Spawn
  keychain?: () => Promise<Keychain>
  demo?: DemoOptions
  /** Milliseconds; see `helloDeadlineMs` of app/sessions/attempt.ts. Read for each shell that is started. */
  helloDeadlineMs?: number
  /** Milliseconds; see app/sessions/attention.ts. */
  longCommandMs?: number
}

/** A core on the real machine, with its demo tenants. */
export interface MachineCore extends Core {
  readonly demo: Demo
  readonly log: Log
}

/** Native code is loaded once the window is there, and where it can't be, that is an error with a dialog. */
async function loadSpawn(): Promise<Spawn> {
  const nodePty = await import('node-pty')
  return { pty: (file, args, settings) => nodePty.spawn(file, args, settings), process: spawn }
}

/** Starts the core with this machine's keychain, processes, clock and network. */
export async function createMachineCore(host: Host, options: MachineOptions): Promise<MachineCore> {
  const out = options.outFolder ?? outFolder(import.meta.dirname)
  const env = options.env ?? process.env
  mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 })
  const log = openLog({ folder: join(options.dataFolder, 'logs') })
  log.info(`Tenantry ${options.version} (${host.kind}) on ${process.platform} ${process.arch}, Node ${process.versions.node}`)
  const trust = createTrust()
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
      notices: join(out, 'THIRD-PARTY-NOTICES.txt'),
      logs: log.folder,
      engineConsole: env.TENANTRY_ENGINE_CONSOLE && existsSync(env.TENANTRY_ENGINE_CONSOLE) ? env.TENANTRY_ENGINE_CONSOLE : null
    },
    keychain: options.keychain ?? loadKeychain,
    spawn: options.spawn ?? (await loadSpawn()),
    now: Date.now,
    get helloDeadlineMs() {
      return options.helloDeadlineMs
    },
    ...(options.longCommandMs === undefined ? {} : { longCommandMs: options.longCommandMs }),
    ...(options.isOnBattery ? { spare: hasToSpare(options.isOnBattery, options.availableMemory ?? availableMemory) } : {}),
    trust,
    network: createNetwork(createRoute({ env, trust, ...(options.resolveProxy ? { resolveProxy: options.resolveProxy } : {}) })),
    host,
    updater: options.createUpdater?.(log) ?? null,
    policy: readPolicy(options.policyFile ?? policyFile(process.platform, env)),
    clouds: [demoCloud(demo, join(out, 'demo'))]
  }
  const core = await createCore(adapters, demoExamples(demo), (line) => log.warn(line))
  followSessions(core, log)
  return {
    ...core,
    demo,
    log,
    async dispose() {
      await core.dispose()
      await demo.dispose()
      rmSync(runtime, { recursive: true, force: true })
    }
  }
}

/** Shells that wait are for a machine with its plug in, and memory that nobody misses. */
const hasToSpare = (isOnBattery: () => boolean, memory: () => number) => () => !isOnBattery() && memory() > sparedBytes

/** Of what a system may use without swapping, this is left to everything else. */
const sparedBytes = 1.5 * 1024 ** 3

async function loadKeychain(): Promise<Keychain> {
  // keytar is loaded late: where libsecret is missing, loading it fails, and that must be a sentence, not a crash.
  const keytar = await import('keytar')
  return keytar.default ?? keytar
}
