import { constants, createHash, randomBytes, verify, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { storeCertificateSchema, type StoreCertificate } from '../contract.ts'
import { failure } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import type { SignAssertion } from '../tokens/assertion.ts'
import { CertificateHelper, type HelperOptions } from './certificate-helper.ts'

export type SigningAlgorithm = 'PS256' | 'RS256'

/** Signing with the keys of the OS's certificate stores, CurrentUser\My and then LocalMachine\My. */
export interface CertificateSigner {
  /** Every certificate, those that can't sign with their `problem`. */
  list(): Promise<StoreCertificate[]>
  /** A signed client assertion; see `SignAssertion`. */
  sign: SignAssertion
  /** Signs something of no meaning and verifies it with the certificate. */
  testSign(thumbprint: string): Promise<{ algorithm: SigningAlgorithm; milliseconds: number }>
  /** Makes one in CurrentUser\My with its key. `subject` is an X.500 name. */
  create(wanted: { subject: string; bits: number; years: number }): Promise<StoreCertificate>
  /** The certificate itself, which is public. */
  publicPart(thumbprint: string): Promise<X509Certificate>
  /** Ends the helper process. */
  dispose(): Promise<void>
}

export interface SignerOptions extends HelperOptions {
  /** Milliseconds until `onWaiting` is told. */
  waitingAfterMs?: number
}

/** A key that lies at hand signs in well under a second: past this somebody is being asked. */
const waitingAfterMs = 4_000

const factSchema = storeCertificateSchema.omit({ problem: true }).extend({ problem: z.string().nullable(), certificate: z.base64() })
const listAnswer = z.object({ certificates: z.array(factSchema) })
const createAnswer = z.object({ certificate: factSchema })
const findAnswer = z.union([z.object({ missing: z.literal(true) }), z.object({ certificate: factSchema })])
const signAnswer = z.object({ algorithm: z.enum(['PS256', 'RS256']), signature: z.base64() })

/** One helper PowerShell per run, started at the first need; requests wait for each other. */
export function createCertificateSigner(options: SignerOptions): CertificateSigner {
  const helper = new CertificateHelper(options)

  async function factOf(thumbprint: string) {
    const answer = read(findAnswer, await helper.ask({ op: 'find', thumbprint }))
    if ('missing' in answer) throw failure('certificate-not-found', { thumbprint })
    return answer.certificate
  }

  async function find(thumbprint: string): Promise<X509Certificate> {
    const { problem, canSign, certificate } = await factOf(thumbprint)
    if (!canSign) throw failure('certificate-cannot-sign', { thumbprint, reason: problem ?? 'its key can’t be used' })
    return new X509Certificate(Buffer.from(certificate, 'base64'))
  }

  async function signInputs(thumbprint: string, inputs: Record<SigningAlgorithm, string>, onWaiting?: (detail: string) => void) {
    const base64 = (text: string) => Buffer.from(text).toString('base64')
    const timer = onWaiting && setTimeout(() => onWaiting(waitingSentence(options.platform ?? process.platform)), options.waitingAfterMs ?? waitingAfterMs)
    try {
      const answer = await helper.ask({ op: 'sign', thumbprint, inputs: { PS256: base64(inputs.PS256), RS256: base64(inputs.RS256) } })
      const said = z.object({ error: z.string() }).safeParse(answer)
      if (said.success) throw failure('certificate-cannot-sign', { thumbprint, reason: sentence(said.data.error) })
      return read(signAnswer, answer)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async list() {
      const { certificates } = read(listAnswer, await helper.ask({ op: 'list' }))
      const seen = new Map<string, StoreCertificate>()
      for (const { certificate: _, problem, ...fact } of certificates) {
        // The same certificate may lie in both stores: the one that can sign is meant.
        const known = seen.get(fact.thumbprint)
        if (known && (known.canSign || !fact.canSign)) continue
        seen.set(fact.thumbprint, problem === null ? fact : { ...fact, problem })
      }
      return [...seen.values()]
    },
    async sign(thumbprint, claims, onWaiting) {
      const certificate = await find(thumbprint)
      const inputs = assertionInputs(certificate, claims)
      const { algorithm, signature } = await signInputs(thumbprint, inputs, onWaiting)
      return `${inputs[algorithm]}.${Buffer.from(signature, 'base64').toString('base64url')}`
    },
    async testSign(thumbprint) {
      const certificate = await find(thumbprint)
      const data = `Tenantry test ${randomBytes(16).toString('hex')}`
      const start = performance.now()
      const { algorithm, signature } = await signInputs(thumbprint, { PS256: data, RS256: data })
      const milliseconds = Math.round(performance.now() - start)
      if (!verifies(certificate, algorithm, data, Buffer.from(signature, 'base64'))) {
        throw failure('certificate-cannot-sign', { thumbprint, reason: 'its signature does not fit the certificate' })
      }
      return { algorithm, milliseconds }
    },
    async create(wanted) {
      const answer = await helper.ask({ op: 'create', ...wanted })
      const said = z.object({ error: z.string() }).safeParse(answer)
      if (said.success) throw failure('certificate-not-made', { reason: sentence(said.data.error) })
      const { certificate: _, problem, ...fact } = read(createAnswer, answer).certificate
      return problem === null ? fact : { ...fact, problem }
    },
    publicPart: async (thumbprint) => new X509Certificate(Buffer.from((await factOf(thumbprint)).certificate, 'base64')),
    dispose: () => helper.dispose()
  }
}

/**
 * Header and claims as they are signed, per algorithm: `x5t#S256` for PS256, `x5t` for RS256
 * (learn.microsoft.com/entra/identity-platform/certificate-credentials).
 */
export function assertionInputs(certificate: X509Certificate, claims: Record<string, unknown>): Record<SigningAlgorithm, string> {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const digest = (name: string) => createHash(name).update(certificate.raw).digest('base64url')
  const body = part(claims)
  return {
    PS256: `${part({ alg: 'PS256', typ: 'JWT', 'x5t#S256': digest('sha256') })}.${body}`,
    RS256: `${part({ alg: 'RS256', typ: 'JWT', x5t: digest('sha1') })}.${body}`
  }
}

function verifies(certificate: X509Certificate, algorithm: SigningAlgorithm, data: string, signature: Buffer): boolean {
  const padding = algorithm === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING
  return verify('sha256', Buffer.from(data), { key: certificate.publicKey, padding }, signature)
}

/** An answer of the helper in its shape; its own `error` becomes ours. */
function read<T>(schema: z.ZodType<T>, answer: unknown): T {
  const said = z.object({ error: z.string() }).safeParse(answer)
  if (said.success) throw failure('certificate-helper-failed', { reason: `says: ${sentence(said.data.error)}` })
  const parsed = schema.safeParse(answer)
  if (!parsed.success) throw failure('certificate-helper-failed', { reason: 'answered in a way that Tenantry does not understand' })
  return parsed.data
}

const sentence = (text: string): string => quote(text).replace(/[.…]+$/, '') || 'no reason given'

function waitingSentence(platform: NodeJS.Platform): string {
  return platform === 'darwin'
    ? 'Waiting for your answer in the macOS Keychain’s dialog'
    : 'Waiting for the certificate’s key: a dialog of the system may be open, or its smart card or TPM is busy'
}
