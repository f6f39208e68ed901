import { z } from 'zod'
import { accountSchema, signInKindSchema, type CredentialInput, type SignInKind, type StoreCertificate } from '../contract.ts'
import { accountOf } from '../credentials/account-sign-ins.ts'
import type { AccountCredential, StoredCredential } from '../credentials/credential.ts'
import { failure } from '../failures.ts'

/** A sign-in as it is stored: facts that tell it apart, and no secret. */
export const signInSchema = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(120),
  clientId: z.guid(),
  kind: signInKindSchema,
  askEachTime: z.boolean().default(false),
  /** Facts of the certificate, where one was entered. Thumbprint: SHA-1, upper-case hex; notAfter: ISO 8601. */
  certificate: z.object({ thumbprint: z.string(), subject: z.string(), notAfter: z.string() }).nullable().default(null),
  /** Who signed in, where it is an account. */
  account: accountSchema.nullable().default(null),
  /** When the client secret ends, as far as that is known. */
  secretEnd: z
    .object({
      /** ISO 8601, a day alone where a person typed it; null: it is over, and since when is not known. */
      notAfter: z.iso.date().or(z.iso.datetime({ offset: true })).nullable(),
      source: z.enum(['typed', 'graph', 'refused']),
      /** Which of the app's secrets it is, where Microsoft Graph told. */
      keyId: z.guid().optional()
    })
    .optional()
})
export type SignIn = z.infer<typeof signInSchema>

/** What is known of a client secret's end. */
export type SecretEnd = NonNullable<SignIn['secretEnd']>

/** The facts of a PFX file that a sign-in keeps. */
export interface PfxFacts {
  subject: string
  notAfter: string
  thumbprintSha1: string
}

/** How an entered credential is looked at before anything is saved. */
export interface CredentialInspection {
  inspectPfx(pfxBase64: string, password: string): PfxFacts
  certificates(): Promise<StoreCertificate[]>
  /** What a person's sign-in came to. Throws `account-…` */
  signedIn(id: string, clientId: string): AccountCredential
}

/** The editor's field in which a credential of a kind is entered, and what an admin calls it. */
export const credentialFields = {
  secret: { field: 'secret', what: 'client secret' },
  pfx: { field: 'pfx', what: 'PFX file' },
  store: { field: 'thumbprint', what: 'certificate' },
  account: { field: 'account', what: 'account' }
} as const satisfies Record<SignInKind, { field: string; what: string }>

/** A client id in lower case. Throws `not-a-client-id`. */
export function checkClientId(text: string): string {
  const id = z.guid().safeParse(text.trim().toLowerCase())
  if (!id.success) throw failure('not-a-client-id')
  return id.data
}

/** An entered credential that was looked at, and the facts of its certificate or account where it has one. */
export interface CheckedCredential {
  credential: StoredCredential
  certificate: SignIn['certificate']
  account: SignIn['account']
}

/** What a sign-in keeps of a credential's facts. */
export const factsOf = (entered: CheckedCredential | null): Pick<SignIn, 'certificate' | 'account'> => ({
  certificate: entered?.certificate ?? null,
  account: entered?.account ?? null
})

/**
 * Looks at an entered credential: it must be of the sign-in's kind, a PFX file must open and hold a usable
 * certificate, a certificate of the store must be there and able to sign.
 *
 * @throws TenantryError `credential-missing`, `pfx-…`, `certificate-…`, each with its field
 */
export async function checkCredential({ kind, clientId }: Pick<SignIn, 'kind' | 'clientId'>, input: CredentialInput, inspection: CredentialInspection): Promise<CheckedCredential> {
  if (input.kind !== kind) throw missingCredential(kind)
  if (input.kind === 'secret') {
    // Copying from a web page brings blanks along; a client secret has none at its ends.
    const secret = input.secret.trim()
    if (secret === '') throw missingCredential(kind)
    return { credential: { kind: 'secret', secret }, certificate: null, account: null }
  }
  if (input.kind === 'pfx') {
    const { subject, notAfter, thumbprintSha1 } = inspection.inspectPfx(input.pfxBase64, input.password)
    const credential = { kind: 'pfx', pfxBase64: input.pfxBase64, password: input.password } as const
    return { credential, certificate: { thumbprint: thumbprintSha1, subject, notAfter }, account: null }
  }
  if (input.kind === 'account') {
    const credential = inspection.signedIn(input.signedIn, clientId)
    return { credential, certificate: null, account: accountOf(credential) }
  }
  return checkStoreCertificate(input.thumbprint.toUpperCase(), inspection)
}

async function checkStoreCertificate(thumbprint: string, inspection: CredentialInspection): Promise<CheckedCredential> {
  const found = (await inspection.certificates()).filter((candidate) => candidate.thumbprint.toUpperCase() === thumbprint)
  // The same certificate may lie in both stores, with its key in only one of them.
  const certificate = found.find(({ canSign }) => canSign) ?? found[0]
  if (!certificate) throw failure('certificate-not-found', { thumbprint })
  if (!certificate.canSign) {
    throw failure('certificate-cannot-sign', { thumbprint, reason: certificate.problem ?? 'its key can’t be used' })
  }
  const { subject, notAfter } = certificate
  return { credential: { kind: 'store', thumbprint }, certificate: { thumbprint, subject, notAfter }, account: null }
}

/** The failure of a sign-in whose credential has to be entered, at the field of its kind. */
export function missingCredential(kind: SignInKind) {
  const { field, what } = credentialFields[kind]
  return failure('credential-missing', { what }, { field })
}
