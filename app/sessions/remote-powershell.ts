import type { Cloud } from '../adapters.ts'
import type { Profile, Service } from '../contract.ts'
import { failure } from '../failures.ts'
import { anchorMailbox } from '../tokens/anchor.ts'

export type RemotePowerShell = NonNullable<Profile['remotePowerShell']>

/** The profile's remote endpoint, where a session of this service goes over it. */
export function remoteOf(profile: Pick<Profile, 'remotePowerShell'>, service: Service): RemotePowerShell | null {
  return service === 'exchange' ? (profile.remotePowerShell ?? null) : null
}

/**
 * The address of a remote endpoint, where a token of this cloud may go to it: over TLS, and to the host that the token is
 * for, unless the cloud is one of the admin's own making.
 *
 * @throws TenantryError `remote-uri-unusable`, `remote-host-other`
 */
export function remoteAddress({ connectionUri }: RemotePowerShell, cloud: Cloud): URL {
  const text = connectionUri.trim()
  if (!URL.canParse(text)) throw failure('remote-uri-unusable', { reason: 'it is no address' })
  const address = new URL(text)
  const refuse = (reason: string) => failure('remote-uri-unusable', { reason })
  if (address.protocol !== 'https:') throw refuse('it is not https, and the token would go over the network in the clear')
  if (address.username !== '' || address.password !== '') throw refuse('it has a user name or password')
  if (address.hash !== '') throw refuse('it has a fragment')
  const audience = new URL(cloud.services.exchange!.resource).host
  if (cloud.id !== 'custom' && address.host !== audience) throw failure('remote-host-other', { host: address.host, audience })
  return address
}

/**
 * The connection URI as remote PowerShell took it: told that the password is a token, and with the mailbox that routes
 * the session to its tenant's servers at its end.
 */
export function composeUri(address: URL, organization: string): string {
  const has = (name: string) => [...address.searchParams.keys()].some((key) => key.toLowerCase() === name)
  const parts = [
    address.search.slice(1),
    has('basicauthtooauthconversion') ? '' : 'BasicAuthToOAuthConversion=true',
    has('email') ? '' : `email=${encodeURIComponent(`${anchorMailbox}@${organization}`)}`
  ]
  return `${address.origin}${address.pathname}?${parts.filter(Boolean).join('&')}`
}

/** @throws TenantryError `remote-windows-only` */
export function checkPlatform(platform: NodeJS.Platform): void {
  if (platform !== 'win32') throw failure('remote-windows-only')
}
