import type { AccountCredential } from '../credentials/credential.ts'
import type { TokenCredentials } from '../credentials/for-tokens.ts'
import { TenantryError } from '../failures.ts'
import type { Profiles } from '../profiles/profiles.ts'
import { afterAcceptance, afterRefusal } from '../profiles/secret-end.ts'
import type { TokenSource } from './acquire.ts'
import type { BrokerOptions, TokenSubject } from './broker.ts'

export interface CredentialedOptions {
  tokens: TokenSource
  credentials: TokenCredentials
  profiles: Pick<Profiles, 'noteSecretEnd'>
  now: () => number
  /** No token may stay in memory. */
  isLocked: () => boolean
}

/** What the broker asks for a token by: with the subject's credential, which is told how that went. */
export function acquireWithCredential({ tokens, credentials, profiles, now, isLocked }: CredentialedOptions): BrokerOptions['acquire'] {
  /** What an answer of the login service tells of a secret's end. It is told again at the next one where it can't be kept. */
  const learnEnd = ({ signInId }: TokenSubject, learn: Parameters<Profiles['noteSecretEnd']>[1]) => {
    if (signInId) profiles.noteSecretEnd(signInId, learn).catch(() => {})
  }
  return async (subject, service, { purpose, onWaiting, signal }) => {
    const credential = await credentials.find(subject, purpose, signal)
    const { cloud, clientId } = subject
    onWaiting(`Asking ${cloud.loginHost} for a token`)
    const request = { cloud, tenantId: subject.tenantId!, clientId, service, fresh: true, onWaiting, signal }
    const useAccount = (newest: AccountCredential) =>
      tokens.acquire({ ...request, credential: newest, onRotated: (next) => credentials.rotated(subject, newest, next) })
    const asked = credential.kind === 'account'
      ? credentials.inTurnWith(subject, credential, useAccount)
      : tokens.acquire({ ...request, credential })
    const token = await asked.catch((error: unknown) => {
      const refusal = TenantryError.from(error)
      credentials.refused(subject, credential, refusal)
      if (refusal.code === 'secret-expired') learnEnd(subject, afterRefusal(now()))
      throw error
    })
    if (credential.kind === 'secret') learnEnd(subject, afterAcceptance)
    await credentials.accepted(subject, credential)
    // MSAL keeps what it fetched.
    if (isLocked()) tokens.clear()
    return token
  }
}
