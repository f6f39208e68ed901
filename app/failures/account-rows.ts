import type { FailureRow } from './row.ts'

/**
 * What goes wrong where a person signs in. Codes: learn.microsoft.com/entra/identity-platform/reference-error-codes.
 * `action` marks those that signing in again mends.
 */
export const accountRows = {
  'account-signed-out': {
    message: 'Nobody is signed in with the sign-in “{signIn}”.',
    hint: 'Sign in with your account.',
    retryable: false,
    field: 'account',
    action: 'sign-in'
  },
  'account-withdrawn': {
    message: 'The account’s sign-in was withdrawn (AADSTS50173): its password was changed, or an admin signed it out everywhere.',
    hint: 'Sign in again.',
    retryable: false,
    action: 'sign-in'
  },
  'account-expired': {
    message: 'The account’s sign-in has ended ({aadsts}): it was unused for too long, was used up, or the tenant asks for a new one from time to time.',
    hint: 'Sign in again.',
    retryable: false,
    action: 'sign-in'
  },
  'account-mfa': {
    message: 'The tenant asks the account for multi-factor authentication ({aadsts}).',
    hint: 'Sign in again and answer the second factor. Where none is set up yet, set one up at aka.ms/mfasetup first.',
    retryable: false,
    action: 'sign-in'
  },
  'account-mfa-failed': {
    message: 'The second factor was not answered, or was denied (AADSTS500121).',
    hint: 'Sign in again and approve the request that your own sign-in brings, and no other one.',
    retryable: false,
    action: 'sign-in'
  },
  'account-external-check': {
    message: 'The tenant asks the account for a check by another provider (AADSTS50158).',
    hint: 'Sign in again with the browser and go through that check.',
    retryable: false,
    action: 'sign-in'
  },
  'account-conditional-access': {
    message: 'A Conditional Access policy of the tenant does not let this account in from here (AADSTS53003).',
    hint: 'Ask the tenant’s admin which policy it is. Policies often forbid the device code; then sign in with the browser.',
    retryable: false,
    action: 'sign-in'
  },
  'account-device': {
    message: 'The tenant lets the account in from a managed device only ({aadsts}).',
    hint: 'Sign in with the browser, on a device that the tenant manages and knows as compliant.',
    retryable: false,
    action: 'sign-in'
  },
  'account-no-consent': {
    message: 'Nobody has consented to this application for the account (AADSTS65001).',
    hint: 'Sign in again and accept; where that is not offered, an admin of the tenant grants consent to the application.',
    retryable: false,
    action: 'sign-in'
  },
  'account-declined': {
    message: 'The sign-in was declined on the page.',
    hint: 'Sign in again and accept, if you meant to.',
    retryable: false,
    action: 'sign-in'
  },
  'account-not-assigned': {
    message: 'The tenant lets only assigned accounts use this application, and this one is not assigned (AADSTS50105).',
    hint: 'An admin assigns it under Enterprise applications, Users and groups. Or sign in with another account.',
    retryable: false,
    action: 'sign-in'
  },
  'account-unknown': {
    message: 'The tenant does not know this account ({aadsts}).',
    hint: 'Sign in with an account of the tenant, or with one that is a guest there or manages it as a partner (GDAP).',
    retryable: false,
    action: 'sign-in'
  },
  'account-wrong-password': {
    message: 'User name or password is wrong (AADSTS50126).',
    hint: 'Sign in again.',
    retryable: false,
    action: 'sign-in'
  },
  'account-disabled': {
    message: 'The account is disabled, locked, or its password has expired ({aadsts}).',
    hint: 'The tenant’s admin enables it or resets its password; then sign in again.',
    retryable: false,
    action: 'sign-in'
  },
  'account-clock': {
    message: 'What the account signed in with is not valid at this time (AADSTS500133): a clock is wrong, or the sign-in is too old.',
    hint: 'Set this computer’s clock and its time zone, then sign in again.',
    retryable: false,
    action: 'sign-in'
  },
  'app-not-public': {
    message: 'The application does not sign accounts in without a secret (AADSTS7000218).',
    hint: 'Set “Allow public client flows” in its app registration under Authentication, or use Microsoft’s own client.',
    retryable: false,
    field: 'clientId'
  },
  'redirect-not-registered': {
    message: 'The application does not send browsers back to this computer (AADSTS50011).',
    hint: 'Add the redirect URI http://localhost under Authentication, Mobile and desktop applications. Or use a device code.',
    retryable: false,
    field: 'clientId'
  },
  'device-code-expired': {
    message: 'The device code has expired before anybody signed in with it.',
    hint: 'Ask for a new code.',
    retryable: true,
    field: 'account'
  },
  'account-timeout': {
    message: 'No answer came from the browser within {minutes} minutes.',
    hint: 'Sign in again. Where the page says that something is wrong, that is the reason.',
    retryable: true,
    field: 'account'
  },
  'account-page-refused': {
    message: 'The login service named a sign-in page that is not safe to open.',
    hint: 'Check the cloud’s hosts, and that no proxy changes answers.',
    retryable: false,
    field: 'account'
  },
  'loopback-unavailable': {
    message: 'This computer lets no page answer on its own address ({reason}).',
    hint: 'Use a device code.',
    retryable: true,
    field: 'account'
  },
  'account-of-another-sign-in': {
    message: 'The account signed in for {signedIn}, and is used for {wanted}.',
    hint: 'Sign in again for what it is to be used for.',
    retryable: false,
    field: 'account'
  },
  'sign-in-unused': {
    message: 'No profile uses the sign-in “{signIn}” yet, so it is not known where to sign in.',
    hint: 'Choose it in a profile and sign in there.',
    retryable: false,
    field: 'account'
  },
  locked: {
    message: 'Tenantry is locked.',
    hint: 'Unlock it first.',
    retryable: true
  },
  'unlock-refused': {
    message: 'It stays locked: {reason}.',
    hint: 'Try again.',
    retryable: true
  },
  'account-not-held': {
    message: 'What the account signed in with is not held any more.',
    hint: 'Sign in again.',
    retryable: false,
    field: 'account'
  }
} as const satisfies Record<string, FailureRow>
