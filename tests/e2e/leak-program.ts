import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as nodePty from 'node-pty'
import type { Spawn } from '../../app/adapters.ts'
import type { LoginAnswer, LoginRequest } from '../../app/demo/token-endpoint.ts'
import { createMachineCore, type MachineCore } from '../../app/machine.ts'
import { startPreview } from '../../app/preview.ts'

/*
 * Run in a D-Bus session of its own by leak.long.test.ts: the preview over a core with this machine's keychain and
 * processes, as `npm start` has it. What the test must know of (spawns, traffic, what the demo issued) it writes into the
 * evidence folder, which is no part of the product. It ends when its standard input does.
 */

/** What the program is told, as one line on its standard input: its command line and environment are searched too. */
export interface LeakOrder {
  dataFolder: string
  rendererFolder: string
  outFolder: string
  clientSecret: string
  certificates: string[]
  /** The tenant whose authority and Exchange repeat to their clients what they were sent. */
  echoing: { name: string; domain: string; vanityDomain: string; clientId: string }
  planted: {
    argument: string
    variable: string
    ptyArgument: string
    ptyVariable: string
    /** In a process that the adapter does not start. */
    unseenArgument: string
    unseenVariable: string
    log: string
  }
}

const evidence = process.argv[2]!
const note = (file: string, content: string | Uint8Array) => appendFileSync(join(evidence, file), content)
/** One thing that was issued or made at run time and must stay inside: a line of JSON each. */
type SecretKind = 'token' | 'assertion' | 'sealing key' | 'refresh token' | 'authorization code' | 'device code' | 'PKCE verifier'
const noteSecret = (kind: SecretKind, value: string) => note('secrets.jsonl', `${JSON.stringify({ kind, value })}\n`)

const input = createInterface({ input: process.stdin })
const ended = new Promise<void>((resolve) => input.once('close', resolve))
const order = await new Promise<LeakOrder>((resolve) => input.once('line', (line) => resolve(JSON.parse(line) as LeakOrder)))

const recording: Spawn = {
  pty(file, args, options) {
    const started = nodePty.spawn(file, args, options)
    noteSpawn(started.pid, file, args, options.env)
    return started
  },
  process(file, args, options) {
    const started = spawn(file, args, options)
    noteSpawn(started.pid, file, args, options.env)
    return started
  }
}
noteProcess(process.pid, null)

function noteProcess(pid: number | undefined, parent: number | null): void {
  note('processes.jsonl', `${JSON.stringify({ pid, parent })}\n`)
}

function noteSpawn(pid: number | undefined, file: string, args: string[], env: NodeJS.ProcessEnv | undefined): void {
  noteProcess(pid, process.pid)
  note('spawn-arguments', [file, ...args, '\n'].join('\0'))
  note('spawn-environments', [...Object.entries(env ?? process.env).map(([name, value]) => `${name}=${value}`), '\n'].join('\0'))
}

let core: MachineCore | null = null
const preview = await startPreview({
  rendererFolder: order.rendererFolder,
  port: 0,
  onTraffic: (data) => note('traffic', Buffer.concat([Buffer.from(data as string), Buffer.from('\n')])),
  async createCore(host) {
    core = await createMachineCore(host, { version: 'test', dataFolder: order.dataFolder, outFolder: order.outFolder, spawn: recording })
    furnish(core)
    return core
  }
})
plant()
console.log(`Tenantry: ${preview.url}`)

await ended
const { default: keytar } = await import('keytar')
const sealingKey = await keytar.getPassword('Tenantry', 'sealing key')
if (sealingKey) noteSecret('sealing key', sealingKey.replace(/^v1:/, ''))
await preview.close()
process.exit(0)

/** What an account granted; of a refresh token its random part, since the demo's say for whom they are behind it. */
function noteGrant(kind: SecretKind, value: string): void {
  noteSecret(kind, kind === 'refresh token' ? value.split('.')[1]! : value)
}

/** Gives the demo its canaries, and notes each token that it issues and each assertion that it is sent. */
function furnish({ demo }: MachineCore): void {
  const { echoing } = order
  const tenant = demo.addTenant({ ...echoing, mailboxes: 10, apps: [{ name: 'Echo', clientId: echoing.clientId, behaviour: 'healthy' }] })
  const app = demo.tenants[0]!.apps[0]!
  app.clientSecret = order.clientSecret
  app.certificates.push(...order.certificates)
  tenant.apps[0]!.clientSecret = order.clientSecret
  let newestToken = ''
  const { network } = demo
  demo.network = async (request) => {
    const assertion = new URLSearchParams(request.body).get('client_assertion')
    if (assertion) noteSecret('assertion', assertion)
    const form = new URLSearchParams(request.body)
    for (const [field, kind] of [['code', 'authorization code'], ['code_verifier', 'PKCE verifier'], ['refresh_token', 'refresh token'], ['device_code', 'device code']] as const) {
      const sent = form.get(field)
      if (sent) noteGrant(kind, sent)
    }
    const answer = repeatedSecret(request, await network(request))
    const token = /"access_token":"([^"]+)"/.exec(answer.body)?.[1]
    if (token) noteSecret('token', (newestToken = token))
    for (const [, name, value] of answer.body.matchAll(/"(refresh_token|device_code)":"([^"]+)"/g)) noteGrant(name === 'refresh_token' ? 'refresh token' : 'device code', value!)
    return answer
  }
  // The first such command finds its token refused, so that a fresh one goes into a running session.
  demo.answerNext(({ cmdletName }) => cmdletName === 'Get-OrganizationConfig', { status: 401, body: '' })
  const repeated = { status: 400, headers: { 'content-type': 'application/json' }, body: '' }
  demo.answerWith(({ service, path }) => {
    repeated.body = JSON.stringify({ error: { code: 'BadRequest', message: `|System.Exception|The header Authorization: Bearer ${newestToken} is not understood (${newestToken.slice(-200)}).` } })
    return service === 'exchange' && path.includes(tenant.tenantId)
  }, repeated)
}

/** A refusal that repeats the secret it was sent, as it is and escaped, where the tenant is the echoing one. */
function repeatedSecret(request: LoginRequest, answer: LoginAnswer): LoginAnswer {
  const secret = new URLSearchParams(request.body).get('client_secret')
  if (!secret || answer.status < 400) return answer
  const text = `AADSTS7000215: Invalid client secret provided: '${secret}', sent as ${encodeURIComponent(secret)}.`
  return { ...answer, body: JSON.stringify({ ...(JSON.parse(answer.body) as object), error_description: text }) }
}

/** Puts what must be found where only this program can put it. */
function plant(): void {
  const { planted } = order
  const pause = ['-c', 'sleep 2', 'sh']
  recording.process('sh', [...pause, planted.argument], { env: { ...process.env, PLANTED: planted.variable } })
  recording.pty('sh', [...pause, planted.ptyArgument], { env: { ...process.env, PLANTED: planted.ptyVariable } })
  const unseen = spawn('sh', [...pause, planted.unseenArgument], { env: { ...process.env, PLANTED: planted.unseenVariable } })
  noteProcess(unseen.pid, process.pid)
  console.error(`planted: ${planted.log}`)
}
