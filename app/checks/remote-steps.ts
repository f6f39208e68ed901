import { failure, fromNetwork } from '../failures.ts'
import { remoteAddress, type RemotePowerShell } from '../sessions/remote-powershell.ts'
import type { Check } from './check.ts'
import { failed, type Outcome, type Step } from './step.ts'

/**
 * What can be looked at of a profile that connects by remote PowerShell: where it leads, and whether this computer has a
 * client for it. Only a session can try the rest, since it needs WinRM.
 */
export function remoteSteps(check: Check, remote: RemotePowerShell): Step[] {
  const connection = 'Connection over remote PowerShell'
  return [
    { id: 'service', title: 'Remote endpoint reachable', badTitle: 'The remote endpoint can’t be reached', after: [], run: () => askEndpoint(check, remote) },
    { id: 'connect', title: connection, badTitle: 'Remote PowerShell can’t run here', after: ['service', 'permission'], run: () => notTried(check) },
    { id: 'probe', title: 'Get-AcceptedDomain', badTitle: '', after: ['connect'], run: () => ({ state: 'skipped', evidence: 'Skipped.' }) },
    { id: 'management', title: 'Management roles and scopes', badTitle: '', after: ['connect'], run: () => ({ state: 'skipped', evidence: 'Skipped.' }) }
  ]
}

/** Without the token: an endpoint that nobody has connected to may be anybody's. */
async function askEndpoint(check: Check, remote: RemotePowerShell): Promise<Outcome> {
  const { host, origin } = remoteAddress(remote, check.cloud)
  await check.network({ url: `${origin}/`, method: 'GET', headers: {} }).catch((error: unknown) => {
    throw fromNetwork(error, host)
  })
  return { state: 'good', evidence: `${host} answers over TLS.` }
}

function notTried({ platform }: Check): Outcome {
  if (platform !== 'win32') return failed(failure('remote-windows-only'))
  return { state: 'skipped', evidence: 'Skipped: only a session can try it. Microsoft switched it off for Exchange Online in October 2023, and no public endpoint of Microsoft’s is known to take it.' }
}
