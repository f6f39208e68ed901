import type { Host } from '../adapters.ts'
import type { CallOutput, CallRequest, StoreCertificate } from '../contract.ts'
import { failure } from '../failures.ts'
import { saveText } from '../saved-file.ts'
import type { CertificateSigner } from './certificates.ts'

export interface MadeCertificatesOptions {
  signer: Pick<CertificateSigner, 'create' | 'publicPart'>
  saveFile: Host['saveFile']
  platform: NodeJS.Platform
}

/** RFC 5280, ub-common-name. */
const longestName = 64

/** Certificates that Tenantry makes for a person, in the person's own store. The key never comes here. */
export class MadeCertificates {
  readonly #options: MadeCertificatesOptions

  constructor(options: MadeCertificatesOptions) {
    this.#options = options
  }

  /** What holds of a key that is made here, in words. */
  get place(): string {
    switch (this.#options.platform) {
      case 'win32':
        return 'Its key is made in Windows’ key storage for your account and can’t be exported from it.'
      case 'darwin':
        return 'Its key goes into your login keychain, as one that can’t be exported from it.'
      default:
        return 'Its key lies in .NET’s certificate store in your home folder, in a file that only you can read. Nothing keeps it from being copied from there.'
    }
  }

  /** @throws TenantryError `certificate-name-unusable`, `certificate-not-made`, `certificate-helper-failed` */
  make({ name, bits, years }: CallRequest<'credentials.makeCertificate'>): Promise<StoreCertificate> {
    return this.#options.signer.create({ subject: subjectOf(name), bits, years })
  }

  /**
   * Saves the public part as PEM text, which Entra, Azure CLI and .NET take.
   *
   * @throws TenantryError `certificate-not-found`, `file-not-saved`
   */
  async save(thumbprint: string): Promise<CallOutput<'credentials.saveCertificate'>> {
    const { signer, saveFile } = this.#options
    const certificate = await signer.publicPart(thumbprint)
    const text = certificate.toString().replace(/\n?$/, '\n')
    const fileName = `${fileNameOf(certificate.subject)}-${certificate.fingerprint.replaceAll(':', '').slice(0, 8).toLowerCase()}.cer`
    return saveText(saveFile, { title: 'Save the certificate (its public part)', fileName, text })
  }
}

/** The name as the common name of an X.500 name, in quotes, in which a quote is doubled. */
function subjectOf(text: string): string {
  const name = text.trim()
  if (name === '' || name.length > longestName || /[\p{C}\p{Zl}\p{Zp}]/u.test(name)) throw failure('certificate-name-unusable')
  return `CN="${name.replaceAll('"', '""')}"`
}

function fileNameOf(subject: string): string {
  const name = /CN=(.*)/.exec(subject)?.[1] ?? ''
  return name.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40).toLowerCase() || 'certificate'
}
