import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type BrowserContext } from 'playwright-core'
import { build } from 'vite'
import { CertificateHome } from '../credentials/certificate-home.ts'
import type { Engine } from '../engines.ts'
import type { LeakOrder } from './leak-program.ts'

const root = resolve(import.meta.dirname, '..', '..')
/** How long the program may take to say where it is, or to end; no figure of the product's. */
const patienceMs = 45_000

const tools = ['dbus-run-session', 'gnome-keyring-daemon']

/** Why the leak test can't run here; null where it can: it reads /proc, and its keychain is a real Secret Service. */
export function missingForLeakTest(): string | null {
  if (process.platform !== 'linux') return 'no /proc on this platform'
  const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0)
  return missing.length > 0 ? `no ${missing.join(', ')}` : null
}

/** The programs of the leak test, built into a folder from which Node finds this project's packages. */
export async function buildLeakPrograms(): Promise<{ program: string; sampler: string; remove(): void }> {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache', 'leak-'))
  const entry = (name: string) => join(import.meta.dirname, `leak-${name}.ts`)
  await build({
    configFile: false, root, logLevel: 'error',
    build: { ssr: true, target: 'node20', outDir: folder, emptyOutDir: false, rolldownOptions: { input: { program: entry('program'), sampler: entry('sampler') }, output: { entryFileNames: '[name].mjs' } } }
  })
  return { program: join(folder, 'program.mjs'), sampler: join(folder, 'sampler.mjs'), remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** A machine of its own for one run: home, temporary folder, keyring, and a watch over all of it. */
export class LeakMachine {
  /** Short: the path of a session's pipe is limited. */
  readonly #scratch = mkdtempSync('/tmp/tenantry-leak-')
  readonly #engine: Engine
  readonly certificates: CertificateHome
  readonly home: string
  readonly temporary = join(this.#scratch, 'tmp')
  readonly data = join(this.#scratch, 'data')
  readonly browserProfile = join(this.#scratch, 'browser')
  readonly downloads = join(this.#scratch, 'downloads')
  /** What the watchers write; nobody looks for leaks in it but through them. */
  readonly evidence = join(this.#scratch, 'evidence')
  #program: ChildProcess | null = null
  #sampler: ChildProcess | null = null
  #browser: BrowserContext | null = null

  constructor(engine: Engine) {
    this.#engine = engine
    for (const folder of [this.temporary, this.data, this.downloads, this.evidence]) mkdirSync(folder)
    mkdirSync(join(this.#scratch, 'run'), { mode: 0o700 })
    this.certificates = new CertificateHome(engine.path)
    this.home = this.certificates.folder
  }

  get folders(): Record<string, string> {
    return { 'temporary folder': this.temporary, 'data folder': this.data, home: this.home }
  }

  get #env(): NodeJS.ProcessEnv {
    const { TENANTRY_PWSH, TENANTRY_ENGINE_CONSOLE } = this.#engine.env
    const engine = { TENANTRY_PWSH, ...(TENANTRY_ENGINE_CONSOLE ? { TENANTRY_ENGINE_CONSOLE } : {}) }
    return { ...this.certificates.env, ...engine, LANG: 'C.UTF-8', TMPDIR: this.temporary, XDG_RUNTIME_DIR: join(this.#scratch, 'run') }
  }

  /** Takes away what the test itself needed to fill the store: it is no leak of the product's. */
  tidyStore(): void {
    for (const name of ['import', 'import.ps1', 'password']) rmSync(join(this.home, name), { recursive: true, force: true })
  }

  /** Watches everything that descends from this process from now on. */
  async watch(sampler: string): Promise<void> {
    const args = [sampler, String(process.pid), this.evidence, this.#scratch, ...Object.values(this.folders)]
    this.#sampler = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    await firstLine(this.#sampler, /^looking/)
  }

  /** Starts Tenantry in a login session with an unlocked keyring; answers the window's address. */
  async start(program: string, order: LeakOrder): Promise<string> {
    const password = join(this.evidence, 'keyring-password')
    writeFileSync(password, randomBytes(12).toString('hex'), { mode: 0o600 })
    // Not by exec: what the shell started before would then be the program’s children.
    const script = `gnome-keyring-daemon --unlock --components=secrets <"${password}" >/dev/null 2>&1; "$@"; exit $?`
    const args = ['--', 'sh', '-c', script, 'sh', process.execPath, program, this.evidence]
    this.#program = spawn('dbus-run-session', args, { env: this.#env, stdio: ['pipe', 'pipe', 'pipe'] })
    for (const stream of [this.#program.stdout!, this.#program.stderr!]) stream.pipe(createWriteStream(join(this.evidence, 'log'), { flags: 'a' }))
    this.#program.stdin!.write(`${JSON.stringify(order)}\n`)
    const [, address] = await firstLine(this.#program, /^Tenantry: (http\S+)/)
    return address!
  }

  async openBrowser(): Promise<BrowserContext> {
    return (this.#browser = await chromium.launchPersistentContext(this.browserProfile, {
      executablePath: process.env.TENANTRY_TEST_BROWSER ?? '/usr/bin/chromium',
      headless: true,
      viewport: { width: 1360, height: 820 },
      downloadsPath: this.downloads,
      env: { ...process.env, HOME: this.home, TMPDIR: this.temporary },
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
    }))
  }

  /** Ends Tenantry as its host does, and waits until it is gone. */
  async end(): Promise<number | null> {
    const program = this.#program
    if (!program || program.exitCode !== null) return program?.exitCode ?? null
    const ended = new Promise<number | null>((done) => program.once('close', done))
    const impatience = setTimeout(() => program.kill('SIGKILL'), patienceMs)
    program.stdin!.end()
    const code = await ended
    clearTimeout(impatience)
    return code
  }

  /** Ends the watch; what it saw is in the evidence then. */
  async stopWatching(): Promise<void> {
    const sampler = this.#sampler
    if (!sampler || sampler.exitCode !== null) return
    const ended = new Promise((done) => sampler.once('close', done))
    sampler.stdin!.end()
    await ended
  }

  /** What the program noted of a kind, one JSON value a line. */
  noted<T>(file: string): T[] {
    const path = join(this.evidence, file)
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as T) : []
  }

  async remove(): Promise<void> {
    await this.#browser?.close()
    await this.end()
    await this.stopWatching()
    for (const pid of this.#daemons()) process.kill(pid, 'SIGKILL')
    rmSync(this.#scratch, { recursive: true, force: true, maxRetries: 3 })
    await this.certificates.remove()
  }

  /** The keyring's daemon outlives its bus by a moment; it has our home in its environment, and no other has. */
  #daemons(): number[] {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('gnome-keyring') && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${this.home}\0`)
      } catch {
        return false
      }
    })
  }
}

/** The first line of a program's output that fits. Rejects where the program ends before it, or says nothing of the kind. */
function firstLine(program: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((found, fail) => {
    const impatience = setTimeout(() => fail(new Error(`It never said ${pattern}.`)), patienceMs)
    const lines = createInterface({ input: program.stdout! })
    lines.on('line', (line) => {
      const match = pattern.exec(line)
      if (!match) return
      clearTimeout(impatience)
      found(match)
    })
    program.once('close', (code) => fail(new Error(`It ended with ${code} before it said ${pattern}.`)))
  })
}
