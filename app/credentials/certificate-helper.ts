import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Spawn } from '../adapters.ts'
import { failure } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import { isRecord, jsonOf } from '../json.ts'
import { shellEnvironment } from '../powershell/launch.ts'
import { killProcessTree } from '../process-tree.ts'
import { Turns } from '../turns.ts'

export interface HelperOptions {
  spawn: Spawn
  /** The PowerShell to run it on. */
  powershell: () => Promise<string>
  /** Folder of `CertificateSigner.ps1`. */
  scriptsFolder: string
  env: NodeJS.ProcessEnv
  platform?: NodeJS.Platform
}

/** What is asked of the helper; nothing in it is secret. */
export type HelperRequest =
  | { op: 'list' }
  | { op: 'find'; thumbprint: string }
  | { op: 'create'; subject: string; bits: number; years: number }
  | { op: 'sign'; thumbprint: string; inputs: { PS256: string; RS256: string } }

/** Past this the helper is given up; its first answer waits for a cold PowerShell, so it is a long time. */
const answerLimitMs = 60_000
/** A helper whose input ended ends by itself, unless it hangs in a dialog. */
const endLimitMs = 2_000
const keptErrorText = 2_000
/** From the helper's end until its standard error is no longer waited for. */
const lastWordsMs = 500

interface Running {
  process: ChildProcess
  /** Settles with the reason when the process is gone. */
  ended: Promise<string>
  waiting: { id: number; settle: (answer: unknown) => void } | null
}

/** One PowerShell process that answers one request at a time; started at the first, and again where it died. */
export class CertificateHelper {
  readonly #options: HelperOptions
  readonly #turns = new Turns()
  #running: Running | null = null
  #lastId = 0
  #disposed = false

  constructor(options: HelperOptions) {
    this.#options = options
  }

  /**
   * The helper's answer, as it came. Signing has no time limit: the keychain may be asking a person.
   *
   * @throws TenantryError `certificate-helper-failed`
   */
  ask(request: HelperRequest): Promise<unknown> {
    return this.#turns.next(() => this.#askNow(request))
  }

  /** Ends the process; a request that waits fails. */
  async dispose(): Promise<void> {
    this.#disposed = true
    const running = this.#running
    if (!running) return
    const timer = setTimeout(() => this.#kill(running), endLimitMs)
    if (running.waiting) this.#kill(running)
    running.process.stdin?.end()
    await running.ended
    clearTimeout(timer)
  }

  #kill({ process: child }: Running): void {
    const platform = this.#options.platform ?? process.platform
    if (child.pid !== undefined) void killProcessTree(child.pid, { platform, spawn: this.#options.spawn })
  }

  async #askNow(request: HelperRequest): Promise<unknown> {
    if (this.#disposed) throw failure('certificate-helper-failed', { reason: 'has been ended' })
    const running = (this.#running ??= await this.#start())
    const id = ++this.#lastId
    const answer = new Promise((settle) => (running.waiting = { id, settle }))
    const died = running.ended.then((reason) => {
      throw failure('certificate-helper-failed', { reason })
    })
    const limit = request.op === 'sign' ? null : setTimeout(() => this.#kill(running), answerLimitMs)
    running.process.stdin?.write(`${JSON.stringify({ id, ...request })}\n`)
    try {
      return await Promise.race([answer, died])
    } finally {
      if (limit) clearTimeout(limit)
      running.waiting = null
      died.catch(() => {})
    }
  }

  async #start(): Promise<Running> {
    const { spawn, scriptsFolder, env } = this.#options
    const platform = this.#options.platform ?? process.platform
    const file = await this.#options.powershell()
    const args = ['-NoLogo', '-NoProfile', '-NonInteractive']
    if (platform === 'win32') args.push('-ExecutionPolicy', 'RemoteSigned')
    args.push('-File', join(scriptsFolder, 'CertificateSigner.ps1'))
    const child = spawn.process(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: shellEnvironment(env, platform), windowsHide: true })
    const running: Running = { process: child, waiting: null, ended: this.#watch(child) }
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const answer = jsonOf(line)
      // Whatever else PowerShell prints there is not for us.
      if (isRecord(answer) && answer.id === running.waiting?.id) running.waiting?.settle(answer)
    })
    // A write to a helper that died is told by its end.
    child.stdin!.on('error', () => {})
    return running
  }

  #watch(child: ChildProcess): Promise<string> {
    let errors = ''
    child.stderr!.on('data', (bytes: Buffer) => (errors = (errors + bytes.toString('utf8')).slice(0, keptErrorText)))
    return new Promise((resolve) => {
      const gone = (reason: string) => {
        if (this.#running?.process === child) this.#running = null
        resolve(reason)
      }
      child.once('error', (error: NodeJS.ErrnoException) => gone(`could not be started (${error.code ?? 'no reason given'})`))
      child.once('exit', (code, signal) => {
        // What a process below it holds open never closes: its last words get a moment.
        const ended = () => end(code, signal)
        child.stdin?.destroy()
        child.once('close', ended)
        setTimeout(ended, lastWordsMs).unref()
      })
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        const said = quote(errors)
        gone(`${signal ? `was ended by ${signal}` : `ended with code ${code}`}${said ? `, saying: ${said.replace(/[.…]$/, '')}` : ''}`)
      }
    })
  }
}

