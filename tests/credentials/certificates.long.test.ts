import { constants, createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TenantryError } from '../../app/failures.ts'
import { CertificateHome } from './certificate-home.ts'
import { describeOnMainEngine } from '../engines.ts'
import type { MadePfx } from './make-pfx.ts'

const codeOf = (work: Promise<unknown>) => work.then(() => expect.unreachable('it went well'), (error: TenantryError) => error)

function verifyJwt(jwt: string, certificatePem: string) {
  const [header, claims, signature] = jwt.split('.') as [string, string, string]
  const read = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, string>
  const padding = read.alg === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  // Entra wants the salt as long as the digest (RFC 7518 section 3.5).
  const key = { key: createPublicKey(certificatePem), padding, ...(read.alg === 'PS256' ? { saltLength: 32 } : {}) }
  const good = verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'))
  return { header: read, claims: JSON.parse(Buffer.from(claims, 'base64url').toString()) as unknown, good }
}

const digest = (pem: string, algorithm: string) => createHash(algorithm).update(new X509Certificate(pem).raw).digest('base64url')

describeOnMainEngine('the certificate store', ({ path }) => {
  let home: CertificateHome
  let made: Record<'good' | 'ec' | 'keyless' | 'expired', MadePfx & { thumbprint: string }>

  beforeAll(() => {
    home = new CertificateHome(path)
    made = home.import({
      good: { subject: '/CN=Zoë’s app' },
      ec: { key: 'ec', subject: '/CN=Elliptic' },
      keyless: { subject: '/CN=Public only', keyless: true },
      expired: { validity: ['20200101000000Z', '20210304000000Z'] }
    }) as typeof made
  })
  afterAll(() => home.remove())

  it('is listed, each certificate with what its key can do', async () => {
    const list = await home.signer().list()
    const of = (name: keyof typeof made) => list.find(({ thumbprint }) => thumbprint === made[name].thumbprint)
    expect(list).toHaveLength(4)
    expect(of('good')).toEqual({
      thumbprint: made.good.thumbprint, subject: 'CN=Zoë’s app', location: 'CurrentUser', keyKind: 'RSA 2048, OpenSSL', canSign: true,
      notAfter: new Date(new X509Certificate(made.good.certificatePem).validTo).toISOString().replace('.000', '')
    })
    expect(of('ec')).toMatchObject({ keyKind: 'EC', canSign: false, problem: 'its key is not an RSA key' })
    expect(of('keyless')).toMatchObject({ keyKind: 'RSA 2048', canSign: false, problem: 'its private key is not on this computer' })
    expect(of('expired')).toMatchObject({ canSign: false, problem: 'it expired on 2021-03-04' })
  })

  it('signs an assertion PS256 with x5t#S256', async () => {
    const claims = { iss: 'x', sub: 'Zoë', exp: 1 }
    const jwt = verifyJwt(await home.signer().sign(made.good.thumbprint, claims), made.good.certificatePem)
    expect(jwt).toEqual({ header: { alg: 'PS256', typ: 'JWT', 'x5t#S256': digest(made.good.certificatePem, 'sha256') }, claims, good: true })
  })

  it('takes a thumbprint in lower case', async () => {
    await expect(home.signer().sign(made.good.thumbprint.toLowerCase(), {})).resolves.toBeTypeOf('string')
  })

  it('signs RS256 with x5t where the key refuses PSS', async () => {
    // No key of this machine refuses it: without a padding .NET refuses in its place.
    const signer = home.signer({ change: (script) => script.replace('$padding::Pss', '$null') })
    const jwt = verifyJwt(await signer.sign(made.good.thumbprint, { a: 1 }), made.good.certificatePem)
    expect(jwt).toEqual({ header: { alg: 'RS256', typ: 'JWT', x5t: digest(made.good.certificatePem, 'sha1') }, claims: { a: 1 }, good: true })
    expect((await signer.testSign(made.good.thumbprint)).algorithm).toBe('RS256')
  })

  // The dialogs of Windows and macOS can't be refused here: their exceptions are thrown in the key's place.
  const failing = (thrown: string) => home.signer({ change: (script) => script.replace('$key.SignData($bytes, $sha256, $padding::Pss)', `throw ${thrown}`) })
  const numbered = (number: number) => `(New-Object -TypeName System.Security.Cryptography.CryptographicException -ArgumentList ([int]${number}))`

  it.each([
    ['in English', "'The operation was canceled by the user.'"],
    ['by NTE_USER_CANCELLED', numbered(0x80090036 | 0)],
    ['by SCARD_W_CANCELLED_BY_USER', numbered(0x8010006e | 0)],
    ['by ERROR_CANCELLED', numbered(0x800704c7 | 0)],
    ['by errSecUserCanceled', numbered(-128)],
    ['by errSecAuthFailed in a message', "'Vorgang nicht erlaubt (-25293)'"]
  ])('does not ask a second time whoever said no to the dialog, %s', async (_, thrown) => {
    expect((await codeOf(failing(thrown).sign(made.good.thumbprint, {}))).code).toBe('certificate-cannot-sign')
  })

  it.each([
    ['by NTE_BAD_FLAGS', numbered(0x80090009 | 0)],
    ['in words', "'AES-128 and 1280 are no refusal'"]
  ])('signs RS256 where the key says something else, %s', async (_, thrown) => {
    const jwt = verifyJwt(await failing(thrown).sign(made.good.thumbprint, {}), made.good.certificatePem)
    expect([jwt.header.alg, jwt.good]).toEqual(['RS256', true])
  })

  it('proves by a test signature that a key works', async () => {
    const { algorithm, milliseconds } = await home.signer().testSign(made.good.thumbprint)
    expect(algorithm).toBe('PS256')
    expect(Number.isInteger(milliseconds)).toBe(true)
  })

  it('finds a signature that does not fit', async () => {
    const signer = home.signer({ change: (script) => script.replace("FromBase64String($Inputs.PS256)", "FromBase64String('AAAA')") })
    expect((await codeOf(signer.testSign(made.good.thumbprint))).message).toContain('does not fit the certificate')
  })

  it.each([
    ['ec', 'certificate-cannot-sign', /not an RSA key/],
    ['keyless', 'certificate-cannot-sign', /private key is not on this computer/],
    ['expired', 'certificate-cannot-sign', /expired on 2021-03-04/]
  ] as const)('refuses the %s one with its reason', async (name, code, sentence) => {
    const error = await codeOf(home.signer().sign(made[name].thumbprint, {}))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(sentence)
  })

  it('says a thumbprint that is nowhere, and one that is none', async () => {
    const signer = home.signer()
    expect((await codeOf(signer.sign('0'.repeat(40), {}))).code).toBe('certificate-not-found')
    expect((await codeOf(signer.sign("'; exit 3 #", {}))).code).toBe('certificate-not-found')
    expect((await signer.testSign(made.good.thumbprint)).algorithm).toBe('PS256')
  })

  it('uses one process for a whole run, with nothing about certificates on its command line or in its environment', async () => {
    const before = home.started.length
    const signer = home.signer()
    await Promise.all([signer.list(), signer.sign(made.good.thumbprint, { n: 1 }), signer.testSign(made.good.thumbprint), signer.list()])
    expect(home.started).toHaveLength(before + 1)
    const { args, options } = home.started.at(-1)!
    expect(args.slice(0, 3)).toEqual(['-NoLogo', '-NoProfile', '-NonInteractive'])
    expect(args.at(-2)).toBe('-File')
    expect(JSON.stringify([args, options.env])).not.toContain(made.good.thumbprint)
  })

  it('starts another one where it was killed, and says what happened to who was waiting', async () => {
    const signer = home.signer({ change: (script) => script.replace('$key = Get-PrivateKey -Certificate $Entry.Certificate\n    try', 'Start-Sleep -Seconds 30\n    try') })
    const waiting = codeOf(signer.sign(made.good.thumbprint, {}, () => home.started.at(-1)!.process.kill('SIGKILL')))
    const before = home.started.length
    expect(await waiting).toMatchObject({ code: 'certificate-helper-failed', message: expect.stringContaining('SIGKILL') as string })
    expect(await signer.list()).toHaveLength(4)
    expect(home.started.length).toBe(before + 2)
  }, 30_000)

  it('tells after a while that somebody may be asked, and goes on waiting', async () => {
    const signer = home.signer({ waitingAfterMs: 50, change: (script) => script.replace('$signature = $key.SignData', 'Start-Sleep -Milliseconds 600; $signature = $key.SignData') })
    const said: string[] = []
    const jwt = await signer.sign(made.good.thumbprint, {}, (detail) => said.push(detail))
    expect(said).toEqual([expect.stringContaining('dialog')])
    expect(verifyJwt(jwt, made.good.certificatePem).good).toBe(true)
  })

  it('reads over whatever else is printed', async () => {
    const signer = home.signer({ change: (script) => script.replace("$utf8 = New-Object", "'{\"id\":1}x'; 'noise'\n$utf8 = New-Object") })
    expect(await signer.list()).toHaveLength(4)
  })

  it('is left in peace by dispose, even while it waits for somebody', async () => {
    const signer = home.signer({ waitingAfterMs: 10, change: (script) => script.replace('$signature = $key.SignData', 'Start-Sleep -Seconds 60; $signature = $key.SignData') })
    let disposed: Promise<void> | undefined
    const error = await codeOf(signer.sign(made.good.thumbprint, {}, () => (disposed = signer.dispose())))
    await disposed
    expect(error.code).toBe('certificate-helper-failed')
    expect(home.started.at(-1)!.process.signalCode).toBe('SIGKILL')
    expect((await codeOf(signer.list())).code).toBe('certificate-helper-failed')
  })

  it('ends with its input', async () => {
    const signer = home.signer()
    await signer.list()
    await signer.dispose()
    expect(home.started.at(-1)!.process.exitCode).toBe(0)
  })
})

describe('a helper that can’t run', () => {
  it.each([
    ['a PowerShell that is not there', '/nonexistent/pwsh', /could not be started \(ENOENT\)/],
    ['one that ends at once', '/bin/false', /ended with code 1/]
  ])('%s is said', async (_, engine, sentence) => {
    const home = new CertificateHome(engine)
    const error = await codeOf(home.signer().list())
    expect(error.code).toBe('certificate-helper-failed')
    expect(error.message).toMatch(sentence)
    await home.remove()
  })
})
