import type { Cloud, Question } from '../adapters.ts'
import type { Profile } from '../contract.ts'
import { failure } from '../failures.ts'
import { remoteAddress } from '../sessions/remote-powershell.ts'
import { sameHosts } from './checks.ts'

type Draft = Pick<Profile, 'remotePowerShell' | 'cloud' | 'customCloud'>

/**
 * Has the host of a profile's remote endpoint confirmed, and that it may send the token on where it may; what was saved
 * before was confirmed then.
 *
 * @throws TenantryError `remote-uri-unusable`, `remote-host-other`; `cancelled` where the person refused
 */
export async function confirmRemoteHost(draft: Draft, before: Draft | null, cloud: Cloud, confirm: (question: Question) => Promise<boolean>): Promise<void> {
  const { remotePowerShell } = draft
  if (!remotePowerShell) return
  const { host } = remoteAddress(remotePowerShell, cloud)
  if (before && isSame(draft, before)) return
  const redirection = remotePowerShell.allowRedirection
    ? 'It may send the session on to any other host, and the token would follow.'
    : 'Where it sends the session on to another host, that is not followed.'
  const isAllowed = await confirm({
    title: 'Send tokens to a remote PowerShell endpoint',
    message: `Send this profile’s tokens to ${host} as a password?`,
    detail: [`Connection URI: ${remotePowerShell.connectionUri}`, redirection, 'Whoever runs that host can use the token until it ends.'].join('\n'),
    confirmLabel: 'Trust this host'
  })
  if (!isAllowed) throw failure('cancelled')
}

function isSame(draft: Draft, before: Draft): boolean {
  const [now, then] = [draft.remotePowerShell, before.remotePowerShell]
  const isSameCloud = draft.cloud === before.cloud && sameHosts(draft.customCloud, before.customCloud)
  return isSameCloud && now?.connectionUri === then?.connectionUri && now?.allowRedirection === then?.allowRedirection
}
