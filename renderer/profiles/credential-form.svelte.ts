import type { Account, CredentialInput, SignInKind, SignInView } from '../../app/contract.ts'

/** A credential as it is being entered. It lives as long as its dialog; the main process alone keeps it. */
export class CredentialForm {
  kind = $state<SignInKind>('secret')
  secret = $state('')
  pfxPassword = $state('')
  thumbprint = $state('')
  /** The day that the client secret ends on; empty where it is not known. */
  expiresOn = $state('')
  #knownEnd = ''
  /** Who just signed in, and the main process's name for it. */
  signedIn = $state.raw<{ id: string; account: Account } | null>(null)
  #pfxBase64 = $state.raw('')

  constructor(kind: SignInKind = 'secret') {
    this.kind = kind
  }

  /** Begins with what is known of the end of the sign-in's secret. */
  knows(expiry: SignInView['expiry']): void {
    this.#knownEnd = this.expiresOn = (expiry?.source !== 'certificate' && expiry?.notAfter?.slice(0, 10)) || ''
  }

  /** A secret is being entered: the day that was known is another one's. */
  enterSecret(): void {
    if (this.expiresOn === this.#knownEnd) this.expiresOn = this.#knownEnd = ''
  }

  /** The day for the main process: null where it is not known, undefined where nothing was said. */
  get end(): string | null | undefined {
    if (this.kind !== 'secret') return undefined
    return this.expiresOn !== this.#knownEnd || (this.secret.trim() && this.expiresOn) ? this.expiresOn || null : undefined
  }

  /** Resolves once the chosen file has been read. */
  reading: Promise<void> = Promise.resolve()

  takePfx(file: File | undefined): Promise<void> {
    this.#pfxBase64 = ''
    this.reading = this.#read(file)
    return this.reading
  }

  async #read(file: File | undefined): Promise<void> {
    if (file) this.#pfxBase64 = toBase64(new Uint8Array(await file.arrayBuffer()))
  }

  /** What was entered, or undefined where it is nothing. */
  get input(): CredentialInput | undefined {
    // A password manager's paste brings a line's end or a blank along; no secret of Entra's has one at its edges.
    if (this.kind === 'secret') return this.secret.trim() ? { kind: 'secret', secret: this.secret.trim() } : undefined
    if (this.kind === 'store') return this.thumbprint ? { kind: 'store', thumbprint: this.thumbprint } : undefined
    if (this.kind === 'account') return this.signedIn ? { kind: 'account', signedIn: this.signedIn.id } : undefined
    return this.#pfxBase64 ? { kind: 'pfx', pfxBase64: this.#pfxBase64, password: this.pfxPassword } : undefined
  }

  /** For `credentials.inspectPfx`; null where no file was chosen. */
  get pfx(): { pfxBase64: string; password: string } | null {
    return this.#pfxBase64 ? { pfxBase64: this.#pfxBase64, password: this.pfxPassword } : null
  }
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  // In pieces: an argument list of a whole file overflows the stack.
  for (let start = 0; start < bytes.length; start += 8192) text += String.fromCharCode(...bytes.subarray(start, start + 8192))
  return btoa(text)
}
