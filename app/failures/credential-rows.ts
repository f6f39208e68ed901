import type { FailureRow } from './row.ts'

/** What goes wrong with a secret, a PFX file or a certificate. */
export const credentialRows = {
  'needs-credential': {
    message: 'The sign-in “{signIn}” has no stored credential.',
    hint: 'Edit the sign-in and enter its client secret, PFX file or certificate.',
    retryable: false
  },
  'credential-unbound': {
    message: 'The stored credential was not confirmed for {what}, so it was not used.',
    hint: 'Edit the profile and enter the credential again to confirm that it may be used there.',
    retryable: false
  },
  'credential-damaged': {
    message: 'The stored credential can’t be read any more: {reason}.',
    hint: 'Edit the sign-in and enter its credential again.',
    retryable: false
  },
  'keychain-locked': {
    message: '{keychain} is locked.',
    hint: 'Unlock it and restart Tenantry. Until then secrets are kept for this run only.',
    retryable: true
  },
  'keychain-missing': {
    message: '{keychain} can’t be used: {reason}.',
    hint: 'Secrets are kept for this run only and must be entered again after a restart.',
    retryable: false
  },
  'keychain-refused': {
    message: '{keychain} refused: {reason}.',
    hint: 'Allow Tenantry to use it and try again.',
    retryable: true
  },
  'pfx-not-pfx': {
    message: 'This file is not a PFX (PKCS #12) file.',
    hint: 'Export the certificate with its private key as .pfx or .p12.',
    retryable: false,
    field: 'pfx'
  },
  'pfx-wrong-password': {
    message: 'The password does not open this PFX file.',
    hint: 'Type the password that was set when the file was exported.',
    retryable: false,
    field: 'pfxPassword'
  },
  'pfx-unsupported': {
    message: 'This PFX file is encrypted in a way that Tenantry can’t read ({what}).',
    hint: 'Export it again with AES-256 and SHA-256.',
    retryable: false,
    field: 'pfx'
  },
  'pfx-no-key': {
    message: 'This PFX file holds no private key.',
    hint: 'Export the certificate again, with its private key.',
    retryable: false,
    field: 'pfx'
  },
  'pfx-no-certificate': {
    message: 'This PFX file holds no certificate for its private key.',
    hint: 'Export the certificate and its key together.',
    retryable: false,
    field: 'pfx'
  },
  'pfx-several-keys': {
    message: 'This PFX file holds several private keys, so it is not clear which one is meant.',
    hint: 'Export only the one certificate with its key.',
    retryable: false,
    field: 'pfx'
  },
  'pfx-not-rsa': {
    message: 'The private key in this PFX file is not an RSA key (it is {what}). Microsoft Entra signs apps in with RSA keys.',
    hint: 'Make a certificate with an RSA key of 2048 bits or more.',
    retryable: false,
    field: 'pfx'
  },
  'pfx-expired': {
    message: 'The certificate {subject} expired on {notAfter}.',
    hint: 'Make a new certificate, register it on the app and choose its PFX file.',
    retryable: false,
    field: 'pfx'
  },
  'pfx-not-yet-valid': {
    message: 'The certificate {subject} is not valid before {notBefore}.',
    hint: 'Check this computer’s clock, or wait until then.',
    retryable: false,
    field: 'pfx'
  },
  'certificate-not-found': {
    message: 'No certificate with the thumbprint {thumbprint} is in this computer’s certificate stores.',
    hint: 'Import it into your personal store, or choose another certificate.',
    retryable: false,
    field: 'thumbprint'
  },
  'certificate-cannot-sign': {
    message: 'The certificate {thumbprint} can’t sign: {reason}.',
    hint: 'Choose a certificate with a usable RSA key.',
    retryable: false,
    field: 'thumbprint'
  },
  'certificate-helper-failed': {
    message: 'The certificate stores can’t be read: the helper {reason}.',
    hint: 'Try again. If it goes on, check that PowerShell starts on this computer.',
    retryable: true
  }
} as const satisfies Record<string, FailureRow>
