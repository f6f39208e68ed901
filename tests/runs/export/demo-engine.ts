import { createServer, type Server } from 'node:http'
import { generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { services } from '../../../app/contract-values.ts'
import type { Profile, RunExport, RunExportChoice, RunView, Service } from '../../../app/contract.ts'
import { signJwt } from '../../../app/demo/jwt.ts'
import type { Demo } from '../../../app/demo/service.ts'
import type { DemoApp, DemoTenant } from '../../../app/demo/tenants.ts'
import { githubIssuer } from '../../../app/runs/export/github-readme.ts'
import { engines } from '../../engines.ts'
import { startCore, type CoreUnderTest } from '../../sessions/core-on-this-machine.ts'
import { RunsUnderTest } from '../runs-on-this-machine.ts'

const root = join(import.meta.dirname, '..', '..', '..')

/** The engines that exports are for run a real PowerShell 7. */
export const pwsh = engines.find(({ name }) => name === 'pwsh') ?? null

/** Microsoft's modules as they are played, in the versions that they follow. */
const standIns = [['ExchangeOnlineManagement', '3.9.0'], ['Microsoft.Graph.Authentication', '2.25.0']] as const

/** A core with a few demo tenants, a run over them, and what an exported run needs around it. */
export class DemoEngine {
  readonly under: CoreUnderTest
  readonly runs: RunsUnderTest
  readonly tenants: Profile[]
  /** The environment of a process elsewhere: it has the stand-ins for Microsoft's modules installed. */
  readonly env: NodeJS.ProcessEnv
  readonly #modules: string

  private constructor(under: CoreUnderTest, tenants: Profile[], env: NodeJS.ProcessEnv, modules: string) {
    this.under = under
    this.runs = new RunsUnderTest(under)
    this.tenants = tenants
    this.env = env
    this.#modules = modules
  }

  static async start(count: number): Promise<DemoEngine> {
    const modules = mkdtempSync(join(tmpdir(), 'tenantry-modules-'))
    for (const [name, version] of standIns) cpSync(join(root, 'out', 'demo', name), join(modules, name, version), { recursive: true })
    const env = { ...pwsh!.env, PSModulePath: modules }
    const under = await startCore({ env, demo: { generated: count } })
    const runs = new RunsUnderTest(under)
    for (const { tenantId: _, initialDomain: __, signInId, ...draft } of await runs.generated(count)) {
      await under.call('profiles.save', { profile: { ...draft, services: [...services] }, signIn: { use: 'existing', id: signInId! } })
    }
    return new DemoEngine(under, await runs.generated(count), env, modules)
  }

  get demo(): Demo {
    return this.under.core.demo
  }

  tenantOf(at: number): DemoTenant {
    return this.runs.tenantOf(this.tenants[at]!)
  }

  appOf(at: number): DemoApp {
    return this.tenantOf(at).apps[0]!
  }

  /** Runs a script in all tenants, in the app. */
  async ran(script: string, more: { title?: string; isReadOnly?: boolean; service?: Service } = {}): Promise<RunView> {
    const { id } = await this.under.call('runs.start', { profileIds: this.tenants.map((profile) => profile.id), script, ...more })
    return this.runs.ended(id)
  }

  export(run: RunView, choice: Omit<RunExportChoice, 'id'>): Promise<RunExport> {
    return this.under.call('runs.export', { id: run.id, ...choice })
  }

  /** The commands that a tenant was asked to run since the log was cleared. */
  commandsIn(at: number): string[] {
    const { tenantId } = this.tenants[at]!
    return this.demo.log.flatMap(({ cmdletName, path }) => (cmdletName && path.includes(tenantId!) ? [cmdletName] : []))
  }

  async dispose(): Promise<void> {
    await this.under.dispose()
    rmSync(this.#modules, { recursive: true, force: true })
  }
}

/** A file of an export with another text, as if somebody had changed it there. */
export const changed = ({ files }: RunExport, end: string, change: (text: string) => string) => files.map((file) => (file.path.endsWith(end) ? { ...file, text: change(file.text) } : file))

/** Stands in for GitHub's OIDC provider: on loopback, with a key of its own, it signs who a job is. */
export class FakeGithubIdentity {
  readonly #server: Server
  readonly #key: KeyObject
  readonly publicKey: KeyObject
  readonly #token = randomBytes(24).toString('base64url')
  /** All that it signed. */
  readonly signed: string[] = []

  private constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.publicKey = publicKey
    this.#key = privateKey
    this.#server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://127.0.0.1')
      if (request.headers.authorization !== `bearer ${this.#token}`) return void response.writeHead(401).end()
      const now = Math.floor(Date.now() / 1000)
      const claims = { iss: githubIssuer, sub: url.searchParams.get('subject'), aud: url.searchParams.get('audience'), jti: randomUUID(), iat: now, nbf: now, exp: now + 300 }
      const value = signJwt({ alg: 'RS256', kid: 'fake' }, claims, this.#key)
      this.signed.push(value)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value }))
    })
  }

  static async start(): Promise<FakeGithubIdentity> {
    const fake = new FakeGithubIdentity()
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve))
    return fake
  }

  static subjectOf = (environment: string) => `repo:contoso/admin:environment:${environment}`

  /** What a job of that environment gets. */
  identityOf = (environment: string): Record<string, string> => ({
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/?subject=${encodeURIComponent(FakeGithubIdentity.subjectOf(environment))}`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: this.#token
  })

  close(): void {
    this.#server.close()
  }
}
