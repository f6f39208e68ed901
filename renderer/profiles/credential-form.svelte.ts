import type { Account, CredentialInput, SignInKind } from '../../app/contract.ts'

/** A credential as it is being entered. It lives as long as its dialog; the main process alone keeps it. */
export class CredentialForm {
  kind = $state<SignInKind>('secret')
  secret = $state('')
  pfxPassword = $state('')
  thumbprint = $state('')
  /** Who just signed in, and the main process's name for it. */
  signedIn = $state.raw<{ id: string; account: Account } | null>(null)
  #pfxBase64 = $state.raw('')

  constructor(kind: SignInKind = 'secret') {
    this.kind = kind
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
