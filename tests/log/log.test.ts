import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { failure } from '../../app/failures.ts'
import { followSessions } from '../../app/log/follow.ts'
import { openLog, type Log } from '../../app/log/log.ts'
import { redact } from '../../app/log/redact.ts'

let folder: string
let log: Log
const echoed: string[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-log-'))
  log = openLog({ folder: join(folder, 'logs') })
  echoed.length = 0
  vi.spyOn(console, 'error').mockImplementation((...parts: unknown[]) => void echoed.push(parts.map(String).join(' ')))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const written = () => readdirSync(log.folder).map((name) => readFileSync(join(log.folder, name), 'utf8')).join('') + echoed.join('\n')

const random = (bytes: number) => randomBytes(bytes).toString('base64url')
const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** One canary of each kind of secret that Tenantry touches, made anew for each run. */
const canaries: Record<string, () => string> = {
  'a client secret': () => `${random(2)}8Q~${random(26)}`,
  'an access token': () => `${segment({ typ: 'JWT', alg: 'RS256' })}.${segment({ aud: 'https://outlook.office365.com', uti: random(16) })}.${random(64)}`,
  'a refresh token': () => `1.A${random(200)}.${random(300)}`,
  'a client assertion': () => `${segment({ alg: 'PS256', 'x5t#S256': random(32) })}.${segment({ jti: randomUUID() })}.${random(256)}`,
  'the key to the sealed files': () => randomBytes(32).toString('base64'),
  'a nonce of the session pipe': () => random(32),
  'a private key': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  'a PFX file': () => randomBytes(900).toString('base64')
}
/** A password looks like nothing: it is known by its name alone. */
const password = () => `Pa55-${random(4)}`

/** The ways in which it gets into a line. */
const ways: Record<string, (secret: string) => unknown[]> = {
  'in a line': (secret) => [`the answer was ${secret} and more`],
  'in an error’s message': (secret) => [new Error(`refused ${secret}`)],
  'in the cause of a cause': (secret) => [new Error('it failed', { cause: new TypeError('below', { cause: new Error(`at ${secret}`) }) })],
  'among gathered errors': (secret) => [new AggregateError([new Error('one'), new Error(secret)], 'all failed')],
  'thrown without being an error': (secret) => ['it failed', new Error('outside', { cause: secret })],
  'in a field of an error': (secret) => [Object.assign(new Error('refused'), { response: { body: secret } })],
  'in an object': (secret) => ['sent', { headers: { Authorization: `Bearer ${secret}` }, list: [secret] }],
  'in JSON': (secret) => [JSON.stringify({ form: { client_secret: secret } })],
  'in JSON in JSON': (secret) => [JSON.stringify({ body: JSON.stringify({ assertion: secret }) })],
  'in an address': (secret) => [`GET https://login.example/token?code=1&x=${encodeURIComponent(secret)}`],
  'in a form': (secret) => [`grant_type=x&client_assertion=${encodeURIComponent(secret)}&scope=y`],
  'URL-encoded twice': (secret) => [encodeURIComponent(encodeURIComponent(`refresh_token=${secret}`))],
  'in base64': (secret) => [`body ${Buffer.from(secret).toString('base64')}`],
  'in base64 of JSON': (secret) => [`body ${Buffer.from(JSON.stringify({ password: secret })).toString('base64url')} end`],
  'in hexadecimal': (secret) => [Buffer.from(secret).toString('hex')],
  'in a header': (secret) => [`Authorization: Basic ${Buffer.from(`me:${secret}`).toString('base64')}`]
}

/** Every form in which a part of the secret that is worth something could still be there. */
function tracesOf(secret: string): string[] {
  const middle = secret.slice(Math.floor(secret.length / 3), Math.floor(secret.length / 3) + 16)
  return [secret, middle, encodeURIComponent(middle), Buffer.from(secret).toString('base64').slice(4, 20), Buffer.from(secret).toString('hex').slice(8, 40)]
}

describe.each(Object.keys(ways))('a secret %s', (way) => {
  it.each(Object.keys(canaries))('is removed: %s', (kind) => {
    const secret = canaries[kind]!()
    log.error(...ways[way]!(secret))
    const text = written()
    expect(text).toContain('[removed]')
    for (const trace of tracesOf(secret)) expect(text).not.toContain(trace)
  })
})

describe('a password, by its name', () => {
  it.each<[string, (secret: string) => unknown[]]>([
    ['in an object', (secret) => [{ pfx: { password: secret } }]],
    ['in JSON', (secret) => [JSON.stringify({ password: secret })]],
    ['in JSON in JSON', (secret) => [JSON.stringify({ body: JSON.stringify({ password: secret }) })]],
    ['in JSON with escapes', (secret) => [`{\\u0022password\\u0022:\\u0022${secret}\\u0022}`]],
    ['after its name', (secret) => [`password: ${secret}`, `the pfxPassword=${secret}`]],
    ['in a form', (secret) => [`username=me&password=${encodeURIComponent(secret)}`]],
    ['in a URL-encoded form', (secret) => [encodeURIComponent(`username=me&password=${secret}`)]],
    ['in base64', (secret) => [Buffer.from(`password=${secret}`).toString('base64')]],
    ['in an address', (secret) => [`https://me:${secret}@proxy.example:8080/`]],
    ['in an error’s field', (secret) => [Object.assign(new Error('no'), { config: { clientSecret: secret } })]]
  ])('%s', (_, way) => {
    const secret = password()
    log.warn(...way(secret))
    expect(written()).not.toContain(secret)
    expect(written()).not.toContain(Buffer.from(secret).toString('base64').slice(2, 10))
  })
})

describe('what is no secret stays', () => {
  it.each([
    'session 5f0c2f6e-8a51-4f0e-9d2f-0a1b2c3d4e5f exchange: connected',
    'PowerShell 7.6.5 in /usr/local/microsoft/powershell/7/pwsh',
    'Error: connect ECONNREFUSED 127.0.0.1:443 at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)',
    'login.microsoftonline.com answered AADSTS7000215 (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)',
    'imported ExchangeOnlineManagement 3.9.0 from C:\\Program Files\\WindowsPowerShell\\Modules'
  ])('%s', (line) => {
    expect(redact(line)).toBe(line)
  })
})

describe('the log', () => {
  it.skipIf(process.platform === 'win32')('is readable by its owner alone, also where the file was there before', () => {
    log.info('a line')
    expect(statSync(log.folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(log.folder, 'tenantry.log')).mode & 0o777).toBe(0o600)
    const other = join(folder, 'other')
    openLog({ folder: other }).info('first')
    writeFileSync(join(other, 'tenantry.log'), '', { mode: 0o644 })
    openLog({ folder: other }).info('second')
    expect(statSync(join(other, 'tenantry.log')).mode & 0o777).toBe(0o600)
  })

  it('begins a new file where one is full, and keeps no more than it says', () => {
    const small = openLog({ folder: join(folder, 'small'), maxFileBytes: 300, keptFiles: 2 })
    for (let line = 0; line < 60; line++) small.info(`line ${line} of the sixty that are written here`)
    expect(readdirSync(small.folder).sort()).toEqual(['tenantry.1.log', 'tenantry.2.log', 'tenantry.log'])
    const all = ['tenantry.2.log', 'tenantry.1.log', 'tenantry.log'].map((name) => readFileSync(join(small.folder, name), 'utf8')).join('')
    expect(all).toContain('line 59 ')
    expect(all).not.toContain('line 0 ')
    for (const name of readdirSync(small.folder)) expect(statSync(join(small.folder, name)).size).toBeLessThan(500)
  })

  it('tells standard error of warnings and errors, and of nothing else', () => {
    log.info('as usual')
    log.warn('a warning')
    expect(echoed).toEqual(['tenantry: a warning'])
  })

  it('never fails its caller', () => {
    writeFileSync(join(folder, 'a-file'), '')
    const nowhere = openLog({ folder: join(folder, 'a-file', 'logs'), isEchoed: false })
    const circle: Record<string, unknown> = { name: 'circle' }
    circle.self = circle
    expect(() => nowhere.error('nobody reads this', circle, undefined, Symbol('s'), 1n, () => {})).not.toThrow()
    log.error(circle, undefined)
    expect(existsSync(join(log.folder, 'tenantry.log'))).toBe(true)
  })

  it('keeps the whole sentence of a session’s failure, whose code may be named like a secret', () => {
    let tell: (event: never, data: never) => void = () => {}
    followSessions({ onEvent: (listener) => ((tell = listener as typeof tell), () => {}) }, log)
    const problem = failure('needs-credential', { signIn: 'Asks' }).toFailure()
    tell('session.state' as never, { id: randomUUID(), service: 'exchange', phase: 'failed', failure: problem, renewal: null } as never)
    expect(written()).toContain(`failed (${problem.message} [needs-credential])`)
  })

  it('cuts a dump', () => {
    log.info('word '.repeat(100_000))
    expect(written().length).toBeLessThan(9000)
  })
})
