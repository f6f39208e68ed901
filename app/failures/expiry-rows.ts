import type { FailureRow } from './row.ts'

/** What goes wrong with the ends of credentials, and with certificates that Tenantry makes. */
export const expiryRows = {
  'not-a-date': {
    message: '“{text}” is not a date.',
    hint: 'Type it as year-month-day, such as 2027-05-31, or leave it empty.',
    retryable: false,
    field: 'expiresOn'
  },
  'date-is-over': {
    message: 'The day {day} is over: a secret that ended then can’t sign in.',
    hint: 'Type the day that the app’s page in Microsoft Entra shows, or leave it empty.',
    retryable: false,
    field: 'expiresOn'
  },
  'expiry-refused': {
    message: 'Microsoft said that this secret has expired already (AADSTS7000222).',
    hint: 'Enter the new secret with its date.',
    retryable: false,
    field: 'expiresOn'
  },
  'expiry-no-secret': {
    message: 'The profile “{profile}” signs in with no client secret.',
    retryable: false
  },
  'expiry-not-allowed': {
    message: 'Microsoft Graph does not let the app {app} read when its secrets end.',
    hint: 'Give it the application permission Application.Read.All of Microsoft Graph (or make it an owner of itself, with Application.ReadWrite.OwnedBy), or type the date.',
    retryable: false
  },
  'expiry-no-app': {
    message: 'The app {app} is not registered in this tenant: its secrets are known to its own tenant alone.',
    hint: 'Read it through a profile of the app’s own tenant, or type the date.',
    retryable: false
  },
  'expiry-none': {
    message: 'Microsoft Graph knows no client secret of the app {app}.',
    hint: 'It may have been removed: make a new one in the app registration.',
    retryable: false
  },
  'expiry-unreadable': {
    message: '{host} answered in a way that Tenantry does not understand.',
    hint: 'Type the date instead; the app’s page in Microsoft Entra shows it.',
    retryable: true
  },
  'certificate-name-unusable': {
    message: 'This name can’t be used for a certificate.',
    hint: 'Type a name of 1 to 64 letters, digits and signs.',
    retryable: false,
    field: 'certificateName'
  },
  'certificate-not-made': {
    message: 'The certificate was not made: {reason}.',
    hint: 'Make one in another way (New-SelfSignedCertificate, or openssl) and choose it here.',
    retryable: true
  },
  'file-not-saved': {
    message: 'The file was not saved ({reason}).',
    hint: 'Choose another folder.',
    retryable: true
  }
} as const satisfies Record<string, FailureRow>
