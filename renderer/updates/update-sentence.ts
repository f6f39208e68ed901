import type { UpdateState } from '../../app/contract.ts'

/** Where the update is, in a sentence. */
export function updateSentence({ phase, reason, version, percent, checkedAt }: UpdateState): string {
  switch (phase) {
    case 'off':
      return `Tenantry does not update itself here. ${reason ?? ''}`.trim()
    case 'checking':
      return 'Looking for an update…'
    case 'downloading':
      return `Fetching Tenantry ${version}: ${percent ?? 0} %`
    case 'ready':
      return `Tenantry ${version} is ready. It is installed by a restart while no session is open, or when Tenantry is quit.`
    case 'failed':
      return 'The last look found nothing that can be installed.'
    case 'idle':
      return checkedAt === null ? 'Not looked for yet.' : `This is the newest version, as of ${new Date(checkedAt).toLocaleString()}.`
  }
}
