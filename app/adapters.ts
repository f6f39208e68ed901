import type { ChildProcess, SpawnOptions } from 'node:child_process'
import type { IPty, IPtyForkOptions } from 'node-pty'
import type { CloudId, Service, UpdateChannel } from './contract.ts'
import type { Trust } from './network/trust.ts'
import type { Policy } from './updates/policy.ts'

/** One HTTP request of the main process; bodies are text. */
export interface HttpRequest {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  /** Milliseconds until the request is given up. */
  timeoutMs?: number
  signal?: AbortSignal
}

/** The answer to an `HttpRequest`; header names in lower case. */
export interface HttpResponse {
  status: number
  headers: Record<string, string>
  body: string
}

export type Network = (request: HttpRequest) => Promise<HttpResponse>

/** keytar's calls that Tenantry uses; each rejects where the keychain can't be reached or is locked. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
  findCredentials(service: string): Promise<Array<{ account: string; password: string }>>
}

/** How processes are started: every start of Tenantry passes here, so that a test sees each one. */
export interface Spawn {
  pty(file: string, args: string[], options: IPtyForkOptions): IPty
  process(file: string, args: string[], options: SpawnOptions): ChildProcess
}

/** One cloud as data: where tokens come from, where Exchange is, and how the module is told so. */
export interface Cloud {
  id: CloudId
  label: string
  /** Host of the login authority, without scheme. */
  loginHost: string
  /** Per service: the token's resource (scope is `<resource>/.default`) and the base URL of its REST service. */
  services: Record<Service, { resource: string; url: string } | null>
  /** Values for the connect cmdlet beyond token and organization, per service. */
  connectParameters: Record<Service, Record<string, string>>
  /** Folders to import modules from, by their names, instead of looking through PSModulePath. */
  modulePaths?: Record<string, string>
  /** Where a browser finds the login authority, where not at `https://<loginHost>`; without a slash at its end. */
  browserUrl?: string
  /** How this cloud's login authority and service are reached, where not over the machine's network. */
  network?: Network
}

/** How an installed Tenantry updates itself. Nothing is fetched or run unless it is called. */
export interface Updater {
  /** Why this installation can't, as a sentence for the admin; null where it can. */
  readonly unavailable: string | null
  /** The newest version of the channel, with its notes as plain text; null where it is not newer than this one. */
  check(channel: UpdateChannel): Promise<{ version: string; notes: string } | null>
  /** Fetches what was found, and checks its signature. Rejects where it does not hold. */
  download(onPercent: (percent: number) => void): Promise<void>
  /**
   * Installs what was fetched: with `restart` the app ends and starts anew; without, it is called last before the end.
   */
  install(options: { restart: boolean }): Installing
}

/** `quits`: the updater ends the app by itself, in a while; `at-end`: what it started goes on once the app has ended. */
export type Installing = 'quits' | 'at-end' | 'failed'

/** A question that only the host may ask: in its own dialog, out of the window's reach. */
export interface Question {
  title: string
  message: string
  detail: string
  confirmLabel: string
}

/** What the process around the core gives it. */
export interface Host {
  kind: 'electron' | 'preview'
  confirm(question: Question): Promise<boolean>
  chooseFile(options: { title: string }): Promise<string | null>
  chooseFolder(options: { title: string }): Promise<string | null>
  /**
   * Asks the person where a file shall go, and writes it there; answers where, or null where they would rather not.
   * Null where this host has no such dialog, and the window hands the file out.
   */
  saveFile: ((file: { title: string; fileName: string; content: string | Uint8Array }) => Promise<string | null>) | null
  /** Opens a page in the person's browser; false where this host can't, and the window shows a link. */
  openBrowser(url: string): Promise<boolean>
  /** Shows a file among those of its folder; false where this host can't. */
  showFile(path: string): boolean
  /** Asks the OS whether its user is there; null where this host can't. */
  askPerson: { by: 'touch-id'; ask(reason: string): Promise<void> } | null
  /** Tells the person something beside the window; `onClick` once they come for it. Null where this host can't. */
  notify: ((notification: { title: string; body: string; onClick(): void }) => void) | null
  /** Pastes the clipboard into what has the keyboard; false where nobody just clicked. Null where the page asks its browser. */
  paste: (() => boolean) | null
  /** Keeps the machine from sleeping while true. */
  keepAwake(on: boolean): void
}

export interface Paths {
  /** Profiles, sealed files, settings. */
  data: string
  /** Session folders and pipes; a directory of mode 0700 that Tenantry owns. */
  runtime: string
  /** Folder of Tenantry.psm1 and the certificate helper. */
  scripts: string
  /** The licences of what Tenantry carries, as the build wrote them. */
  notices: string
  /** The log's folder. */
  logs: string
  /** The engine console, where it was built. */
  engineConsole: string | null
}

/** Everything the core takes from outside. */
export interface Adapters {
  version: string
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  paths: Paths
  keychain: () => Promise<Keychain>
  spawn: Spawn
  now: () => number
  /** Another time than the product's for a shell to say hello, milliseconds. */
  helloDeadlineMs?: number
  /** Whether the machine has power and memory to spare for shells that wait; where it is absent, none do. */
  spare?: () => boolean
  /** Another time than the product's from which on a command is a long one, milliseconds. */
  longCommandMs?: number
  network: Network
  /** The certificate authorities that the network trusts. */
  trust: Trust
  host: Host
  /** Null where this is no installed app. */
  updater: Updater | null
  /** What the administrator of the whole computer allows. */
  policy: Policy
  /** Clouds beyond Microsoft's: the demo tenants. */
  clouds: Cloud[]
}
