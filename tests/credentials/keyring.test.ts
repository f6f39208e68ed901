import { spawn, spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StoredCredential } from '../../app/credentials/store.ts'
import type { KeyringReply, KeyringRequest } from './keyring-program.ts'

/*
 * The store over keytar and the real Secret Service: GNOME Keyring in a D-Bus session and a home of its own.
 */

const tools = ['dbus-run-session', 'gnome-keyring-daemon']
const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0)
const isLinux = process.platform === 'linux'
if (!isLinux || missing.length > 0) console.log(`skipped: no ${isLinux ? missing.join(', ') : 'Secret Service on this platform'}`)

let built: string
let home: string
const keyringPassword = randomBytes(12).toString('hex')

beforeAll(async () => {
  built = mkdtempSync(join(tmpdir(), 'tenantry-keyring-program-'))
  const entry = resolve(import.meta.dirname, 'keyring-program.ts')
  await build({
    configFile: false, logLevel: 'error', ssr: { noExternal: true },
    build: { ssr: entry, outDir: built, emptyOutDir: false, rolldownOptions: { output: { entryFileNames: 'program.mjs' } } }
  })
})
afterAll(() => rmSync(built, { recursive: true, force: true }))

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tenantry-keyring-'))
  mkdirSync(join(home, 'run'), { mode: 0o700 })
})
afterEach(() => {
  for (const pid of daemonsOfThisHome()) process.kill(pid, 'SIGKILL')
  rmSync(home, { recursive: true, force: true })
})

type Keyring = 'unlocked' | 'locked' | 'no bus' | 'no service'

async function run(keyring: Keyring, steps: KeyringRequest['steps'], more: Partial<KeyringRequest> = {}): Promise<KeyringReply> {
  const request: KeyringRequest = {
    anchor: resolve('package.json'), dataFolder: join(home, 'app'), probeLimitMs: 5_000, freeze: false, forget: false, steps, ...more
  }
  const env = { PATH: process.env.PATH ?? '', HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: join(home, 'run') }
  // The daemon daemonises when it is ready; the password comes from a file that only this home has.
  writeFileSync(join(home, 'keyring-password'), keyringPassword, { mode: 0o600 })
  const start = {
    unlocked: 'gnome-keyring-daemon --unlock --components=secrets <"$HOME/keyring-password" >/dev/null 2>&1;',
    locked: 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1 </dev/null;',
    'no service': '',
    'no bus': ''
  }[keyring]
  const program = [process.execPath, join(built, 'program.mjs')]
  const session = ['dbus-run-session', ...(keyring === 'no service' ? ['--config-file', busWithoutServices()] : []), '--']
  const command = keyring === 'no bus' ? program : [...session, 'sh', '-c', `${start} exec "$@"`, 'sh', ...program]
  const child = spawn(command[0]!, command.slice(1), { env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(JSON.stringify(request))
  const [out, errors] = [[] as Buffer[], [] as Buffer[]]
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes))
  child.stderr.on('data', (bytes: Buffer) => errors.push(bytes))
  const ending = await new Promise<number | string | null>((settle) => child.on('close', (code, signal) => settle(code ?? signal)))
  // 137: dbus-run-session's word for a program that had to end itself with SIGKILL.
  if (ending !== (more.freeze ? 137 : 0)) throw new Error(`the program ended with ${String(ending)}: ${Buffer.concat(errors).toString()}`)
  return JSON.parse(Buffer.concat(out).toString()) as KeyringReply
}

/** A session bus that can start no service. */
function busWithoutServices(): string {
  const path = join(home, 'bus.conf')
  writeFileSync(path, `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:tmpdir=${home}</listen><policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`)
  return path
}

function daemonsOfThisHome(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('gnome-keyring') && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`HOME=${home}\0`)
    } catch {
      return false
    }
  })
}

const binding = { authorityHost: 'login.example.com', clientId: randomUUID(), tenantIds: [randomUUID()] }
const asked = { authorityHost: binding.authorityHost, clientId: binding.clientId, tenantId: binding.tenantIds[0]! }
const newSecret = (): StoredCredential & { kind: 'secret' } => ({ kind: 'secret', secret: randomBytes(24).toString('base64url') })

describe.skipIf(!isLinux || missing.length > 0)('the Secret Service', () => {
  it('unlocked: keeps secret, PFX and a binding of 200 tenants, and gives them back to the next run', async () => {
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()]
    const secret = newSecret()
    const pfx = { kind: 'pfx', pfxBase64: randomBytes(30_000).toString('base64'), password: randomBytes(9).toString('base64') }
    const wide = { ...binding, tenantIds: [...binding.tenantIds, ...Array.from({ length: 199 }, () => randomUUID())] }
    const first = await run('unlocked', [
      ['set', one, secret, binding], ['set', two, pfx, wide], ['set', three, { kind: 'store', thumbprint: 'A'.repeat(40) }, binding], ['get', one, asked]
    ])
    expect(first.status).toEqual({ available: true, name: 'The Secret Service keyring', reason: null })
    expect(first.results).toEqual([{ value: 'stored' }, { value: 'stored' }, { value: 'stored' }, { value: secret }])
    // Windows' limit for one entry, which this keyring stands in for here, is 2,560 bytes of UTF-16.
    expect(first.entries).toEqual([{ account: 'sealing key', bytes: expect.any(Number) as number }])
    expect(first.entries[0]!.bytes * 2).toBeLessThan(2560)

    const again = await run('unlocked', [['list'], ['has', one], ['get', one, asked], ['get', two, { ...asked, tenantId: wide.tenantIds[150]! }], ['bindingOf', three], ['delete', one], ['list'], ['get', one, asked]])
    expect(again.results).toEqual([
      { value: [one, two, three].sort() }, { value: true }, { value: secret }, { value: pfx }, { value: { ...binding, kind: 'store' } },
      { value: null }, { value: [two, three].sort() }, { value: null }
    ])
    expectNowhereBelowHome([secret.secret, pfx.password, pfx.pfxBase64.slice(100, 140)])
  })

  it('writes files that only their owner reads', async () => {
    const id = randomUUID()
    await run('unlocked', [['set', id, newSecret(), binding]])
    const folder = join(home, 'app', 'sealed')
    expect(readdirSync(folder)).toEqual([`${id}.sealed`])
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(folder, `${id}.sealed`)).mode & 0o777).toBe(0o600)
  })

  it('locked: says so, keeps what is entered for this run only, and leaves the sealed files alone', async () => {
    const [old, fresh] = [randomUUID(), randomUUID()]
    const stored = newSecret()
    await run('unlocked', [['set', old, stored, binding]])
    const before = readFileSync(join(home, 'app', 'sealed', `${old}.sealed`))
    const typed = newSecret()
    const locked = await run('locked', [['has', old], ['get', old, asked], ['set', fresh, typed, binding], ['get', fresh, asked], ['list']])
    expect(locked.status).toMatchObject({ available: false, reason: 'The Secret Service keyring is locked.' })
    expect(locked.results).toEqual([{ value: false }, { value: null }, { value: 'run' }, { value: typed }, { value: [old, fresh].sort() }])
    expect(readdirSync(join(home, 'app', 'sealed'))).toEqual([`${old}.sealed`])
    expect(readFileSync(join(home, 'app', 'sealed', `${old}.sealed`)).equals(before)).toBe(true)
    expectNowhereBelowHome([typed.secret])
    const unlocked = await run('unlocked', [['get', old, asked], ['has', fresh]])
    expect(unlocked.results).toEqual([{ value: stored }, { value: false }])
  })

  it('locked at a first start: says so at once', async () => {
    await run('unlocked', [])
    const { status } = await run('locked', [])
    expect(status).toMatchObject({ available: false, reason: 'The Secret Service keyring is locked.' })
  })

  it('silent, as one that waits for its prompt: counts as locked, and the app still ends', async () => {
    const id = randomUUID()
    const typed = newSecret()
    const { status, results } = await run('unlocked', [['set', id, typed, binding], ['get', id, asked]], { freeze: true, probeLimitMs: 300 })
    expect(status).toMatchObject({ available: false, reason: 'The Secret Service keyring is locked.' })
    expect(results).toEqual([{ value: 'run' }, { value: typed }])
    expect(existsSync(join(home, 'app'))).toBe(false)
  })

  it.each([
    ['no bus', /no keyring service, such as GNOME Keyring, runs/],
    ['no service', /no keyring service, such as GNOME Keyring, runs/]
  ] as const)('absent (%s): says why and keeps secrets for this run only', async (keyring, reason) => {
    const id = randomUUID()
    const typed = newSecret()
    const { status, results } = await run(keyring, [['set', id, typed, binding], ['get', id, asked], ['list']])
    expect(status.available).toBe(false)
    expect(status.reason).toMatch(reason)
    expect(results).toEqual([{ value: 'run' }, { value: typed }, { value: [id] }])
    expect(existsSync(join(home, 'app'))).toBe(false)
  })

  it('emptied behind our back: the sealed file is said to be unreadable, and can be entered again', async () => {
    const id = randomUUID()
    await run('unlocked', [['set', id, newSecret(), binding]])
    const again = newSecret()
    const { status, results } = await run('unlocked', [['get', id, asked], ['set', id, again, binding], ['get', id, asked]], { forget: true })
    expect(status.available).toBe(true)
    expect(results).toEqual([
      { failure: expect.objectContaining({ code: 'credential-damaged' }) as unknown }, { value: 'stored' }, { value: again }
    ])
  })
})

/** No file of this home, the keyring's own among them, holds any of these as text or base64. */
function expectNowhereBelowHome(secrets: string[]): void {
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const bytes = readFileSync(join(entry.parentPath, entry.name))
    for (const secret of secrets) {
      for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret, 'utf16le')]) expect(bytes.includes(form)).toBe(false)
    }
  }
}
