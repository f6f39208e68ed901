import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Keychain } from '../../app/adapters.ts'
import { createCredentialStore, type CredentialStore } from '../../app/credentials/store.ts'
import type { TenantryError } from '../../app/failures.ts'

/*
 * Run in a D-Bus session of its own by keyring.test.ts: opens the store over the real keytar, does what standard input
 * lists, and prints what came of it.
 */

export interface KeyringRequest {
  /** A package.json beside which keytar is installed. */
  anchor: string
  dataFolder: string
  probeLimitMs: number
  /** Stops the keyring daemon before the store is opened, so that it answers nothing. */
  freeze: boolean
  /** Removes all entries of Tenantry's from the keyring first. */
  forget: boolean
  steps: Array<[method: string, ...values: unknown[]]>
}

export interface KeyringReply {
  status: ReturnType<CredentialStore['status']>
  results: Array<{ value: unknown } | { failure: ReturnType<TenantryError['toFailure']> }>
  statusAfterwards: ReturnType<CredentialStore['status']>
  /** What the keyring holds under Tenantry's name: accounts and lengths. */
  entries: Array<{ account: string; bytes: number }>
}

const request = JSON.parse(readFileSync(0, 'utf8')) as KeyringRequest
const keytar = createRequire(request.anchor)('keytar') as Keychain

if (request.forget) {
  for (const { account } of await keytar.findCredentials('Tenantry')) await keytar.deletePassword('Tenantry', account)
}
if (request.freeze) freezeDaemon()
const store = await createCredentialStore({
  keychain: async () => keytar,
  dataFolder: request.dataFolder,
  platform: process.platform,
  probeLimitMs: request.probeLimitMs
})
const reply: KeyringReply = { status: store.status(), results: [], statusAfterwards: store.status(), entries: [] }
for (const [method, ...values] of request.steps) {
  try {
    const call = (store as unknown as Record<string, (...all: unknown[]) => unknown>)[method]!
    reply.results.push({ value: (await call.apply(store, values)) ?? null })
  } catch (error) {
    reply.results.push({ failure: (error as TenantryError).toFailure() })
  }
}
reply.statusAfterwards = store.status()
if (reply.statusAfterwards.available) {
  reply.entries = (await keytar.findCredentials('Tenantry')).map(({ account, password }) => ({ account, bytes: password.length }))
}
process.stdout.write(JSON.stringify(reply), () => {
  if (store.isWaiting()) process.kill(process.pid, 'SIGKILL')
  process.exit(0)
})

/** The daemon of this session and no other: it has our home in its environment. */
function freezeDaemon(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const isDaemon = readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('gnome-keyring')
      if (isDaemon && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${process.env.HOME}\0`)) process.kill(Number(pid), 'SIGSTOP')
    } catch {
      // It ended meanwhile, or belongs to somebody else.
    }
  }
}
