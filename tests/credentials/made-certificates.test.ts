import { X509Certificate } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MadeCertificates } from '../../app/credentials/made-certificates.ts'
import { describeOnMainEngine } from '../engines.ts'
import { CertificateHome } from './certificate-home.ts'

describeOnMainEngine('a certificate that is made here', ({ path }) => {
  let home: CertificateHome
  const saved: Array<{ fileName: string; content: string | Uint8Array }> = []
  const made = () => {
    const signer = home.signer()
    const saveFile = async (file: { title: string; fileName: string; content: string | Uint8Array }) => (saved.push(file), `/chosen/${file.fileName}`)
    return { signer, made: new MadeCertificates({ signer, saveFile, platform: 'linux' }) }
  }
  beforeAll(() => {
    home = new CertificateHome(path)
  })
  afterAll(() => home.remove())

  it('lies in the person’s own store, is picked, signs, and ends when it was told', async () => {
    const { signer, made: maker } = made()
    const fact = await maker.make({ name: 'Zoë’s "app", O=Contoso', bits: 3072, years: 2 })
    expect(fact).toMatchObject({ location: 'CurrentUser', keyKind: 'RSA 3072, OpenSSL', canSign: true })
    expect(await signer.list()).toEqual([fact])
    expect((await signer.testSign(fact.thumbprint)).algorithm).toBe('PS256')
    const certificate = await signer.publicPart(fact.thumbprint)
    expect(certificate.toLegacyObject().subject).toEqual({ CN: 'Zoë’s "app", O=Contoso' })
    expect(certificate.ca).toBe(false)
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    const [from, until] = [new Date(certificate.validFrom), new Date(certificate.validTo)]
    expect(until.getUTCFullYear() - from.getUTCFullYear()).toBe(2)
    expect(from.getTime()).toBeLessThan(Date.now())
  })

  // What macOS is given: the key goes in by way of a PFX that is read as not exportable.
  it('goes the way of macOS, as far as this machine has it', async () => {
    const signer = home.signer({ change: (script) => script.replace('if (Test-Platform -Name OSX)', 'if ($true)') })
    const { thumbprint } = await signer.create({ subject: 'CN="By way of a file"', bits: 2048, years: 1 })
    expect((await signer.testSign(thumbprint)).algorithm).toBe('PS256')
  })

  it('has its key in files that nobody else can read', async () => {
    const folder = join(home.folder, '.dotnet/corefx/cryptography/x509stores/my')
    const files = readdirSync(folder)
    expect(files).toHaveLength(2)
    expect(files.map((name) => statSync(join(folder, name)).mode & 0o077)).toEqual([0, 0])
  })

  it('is saved as its public part alone, under a name that tells it', async () => {
    const { made: maker } = made()
    const { thumbprint } = await maker.make({ name: 'Exchange automation', bits: 2048, years: 1 })
    const { fileName, savedAs, text } = await maker.save(thumbprint)
    expect(fileName).toBe(`exchange-automation-${thumbprint.slice(0, 8).toLowerCase()}.cer`)
    expect([savedAs, text]).toEqual([`/chosen/${fileName}`, null])
    const file = String(saved.at(-1)!.content)
    expect(new X509Certificate(file).fingerprint.replaceAll(':', '')).toBe(thumbprint)
    expect(file.match(/-----BEGIN [^-]+-----/g)).toEqual(['-----BEGIN CERTIFICATE-----'])
  })
})

describe('a certificate', () => {
  const created: unknown[] = []
  const signer = { create: async (wanted: unknown) => (created.push(wanted), Promise.reject(new Error('nothing is made here'))), publicPart: () => Promise.reject(new Error('nor read')) }
  const on = (platform: NodeJS.Platform) => new MadeCertificates({ signer, saveFile: null, platform })

  it.each(['', '   ', 'x'.repeat(65), 'two\nlines', 'a\u202eb'])('is not named %j', (name) => {
    expect(() => on('linux').make({ name, bits: 2048, years: 1 })).toThrow('This name can’t be used for a certificate.')
    expect(created).toEqual([])
  })

  it('is said to be kept as the system keeps it', () => {
    expect([on('win32'), on('darwin'), on('linux')].map(({ place }) => /can’t be exported/.test(place))).toEqual([true, true, false])
  })
})
