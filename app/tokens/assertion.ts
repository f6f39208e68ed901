import { randomUUID } from 'node:crypto'
import type { ClientAssertionCallback } from '@azure/msal-node'
import { callContext } from './msal-network.ts'

/**
 * Signs the claims of a client assertion with a key of the OS's certificate store and answers the whole JWT: PS256
 * with `x5t#S256`, or RS256 with `x5t` where the key refuses PSS.
 *
 * @param onWaiting told what the signature waits for, where a person must do something
 */
export type SignAssertion = (
  thumbprint: string,
  claims: Record<string, unknown>,
  onWaiting?: (detail: string) => void
) => Promise<string>

/** Entra takes assertions of up to 24 hours; ten minutes is what MSAL itself uses. */
const lifeSeconds = 600

/** MSAL's callback for an assertion that is signed where the key lies. */
export function clientAssertion(thumbprint: string, sign: SignAssertion): ClientAssertionCallback {
  return ({ clientId, tokenEndpoint }) => {
    const now = Math.floor(Date.now() / 1000)
    const claims = { aud: tokenEndpoint, iss: clientId, sub: clientId, jti: randomUUID(), iat: now, nbf: now, exp: now + lifeSeconds }
    return sign(thumbprint, claims, callContext.getStore()?.onWaiting)
  }
}
