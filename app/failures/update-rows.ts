import type { FailureRow } from './row.ts'

/** Updates, and how this computer's own requests go out. */
export const updateRows = {
  'updates-off': {
    message: 'Tenantry can’t update itself here. {reason}',
    retryable: false
  },
  'update-unreachable': {
    message: 'The updates could not be looked up ({reason}).',
    hint: 'It is tried again later; Tenantry goes on as it is.',
    retryable: true
  },
  'update-refused': {
    message: 'The update {version} was thrown away: {reason}.',
    hint: 'Nothing of it was run. Tell whoever publishes Tenantry.',
    retryable: false
  },
  'update-not-ready': {
    message: 'No update is ready to be installed.',
    retryable: true
  },
  'update-sessions-open': {
    message: 'An update is not installed while sessions are open ({sessions}) or runs go on ({runs}).',
    hint: 'Close them or let them end and try again, or quit Tenantry: it offers the update then.',
    retryable: true
  },
  'update-not-installed': {
    message: 'The update could not be installed.',
    hint: 'Tenantry goes on as it is. The log says why (Tools → Copy diagnostics… has its last lines).',
    retryable: true
  },
  'ca-file-refused': {
    message: 'The file of certificate authorities can’t be used: {reason}.',
    hint: 'Choose a PEM file with the certificate of your proxy’s authority (-----BEGIN CERTIFICATE-----).',
    retryable: false
  },
  'proxy-failed': {
    message: 'The proxy {proxy} does not let Tenantry through to {host}: {reason}.',
    hint: 'Check this computer’s proxy settings, or name another proxy in HTTPS_PROXY.',
    retryable: true
  }
} as const satisfies Record<string, FailureRow>
