import type { FailureRow } from './row.ts'

/** What goes wrong between a form and a token. AADSTS codes: learn.microsoft.com/entra/identity-platform/reference-error-codes. */
export const signInRows = {
  // ---- input ----
  'bad-input': {
    message: 'The window sent something that Tenantry does not accept: {what}.',
    hint: 'Check the field and try again. If nothing is wrong with it, restart Tenantry.',
    retryable: false
  },
  'wrong-sender': {
    message: 'A request came from somewhere that is not Tenantry’s own window and was refused.',
    retryable: false
  },
  'not-a-domain': {
    message: '“{domain}” is neither a domain name nor a tenant id.',
    hint: 'Type a domain of the tenant, such as contoso.onmicrosoft.com, or its tenant id (a GUID).',
    retryable: false,
    field: 'domain'
  },
  'not-a-host': {
    message: '“{host}” can’t be the host of a cloud: {reason}.',
    hint: 'Type a plain host name such as login.example.com, without https://, path, port or user name.',
    retryable: false
  },
  'profile-not-found': {
    message: 'There is no such profile any more.',
    hint: 'It may have been deleted in another window.',
    retryable: false
  },
  'sign-in-not-found': {
    message: 'There is no such sign-in any more.',
    hint: 'Edit the profile and choose a sign-in or make a new one.',
    retryable: false
  },
  'cloud-unknown': {
    message: 'The profile’s cloud “{cloud}” is not known to this Tenantry.',
    hint: 'Edit the profile and choose its cloud.',
    retryable: false,
    field: 'cloud'
  },
  'service-unavailable-in-cloud': {
    message: '{cloud} has no {service} service that Tenantry knows.',
    hint: 'Take the service out of the profile, or use a custom cloud that names its host.',
    retryable: false
  },

  // ---- the tenant ----
  'unknown-tenant': {
    message: 'There is no tenant “{tenant}” in {cloud} (AADSTS90002).',
    hint: 'Check the domain’s spelling, and whether the tenant is in another cloud.',
    retryable: false,
    field: 'domain'
  },
  'tenant-in-other-cloud': {
    message: 'The tenant “{tenant}” is in {actual}, not in {cloud}.',
    hint: 'Choose {actual} as the profile’s cloud.',
    retryable: false,
    field: 'cloud'
  },
  'tenant-changed': {
    message: 'The domain {domain} now belongs to the tenant {actual}; this profile is pinned to {expected}.',
    hint: 'Do not connect before you know why. If the tenant really moved, make a new profile for it.',
    retryable: false,
    field: 'domain'
  },
  'token-wrong-tenant': {
    message: 'The token that came back is for the tenant {actual}, not for {expected}. It was thrown away.',
    hint: 'Check the profile’s domain and cloud. Something between here and Microsoft may be changing answers.',
    retryable: false
  },
  'token-wrong-audience': {
    message: 'The token that came back is for {actual}, not for {expected}. It was thrown away.',
    hint: 'Check the profile’s cloud.',
    retryable: false
  },
  'token-malformed': {
    message: 'The login service answered with something that is not a token: {reason}.',
    hint: 'Check the cloud’s hosts, and that no proxy changes answers.',
    retryable: true
  },
  'not-a-token': {
    message: 'This is not a token: {reason}.',
    hint: 'Paste a whole access token (JWT): three parts joined by dots, of which the first begins with “eyJ”.',
    retryable: false,
    field: 'token'
  },
  'no-token': {
    message: 'This session holds no token at the moment.',
    hint: 'It gets one when it connects.',
    retryable: true
  },
  'graph-wrong-tenant': {
    message: 'Microsoft Graph says that this is another tenant: expected {expected}, but it answered {actual}. The session was closed.',
    hint: 'Check the profile’s domain. What was typed before went to the tenant that answered.',
    retryable: false
  },
  'exchange-wrong-tenant': {
    message: 'Exchange says that this is another tenant: expected {expected}, but it answered {actual}. The session was closed.',
    hint: 'Check the profile’s domain. What was typed before went to the tenant that answered.',
    retryable: false
  },

  // ---- signing in ----
  'secret-wrong': {
    message: 'Microsoft refused the client secret: it is wrong (AADSTS7000215). Very often the secret’s ID was pasted instead of its value.',
    hint: 'Paste the secret’s value, or make a new secret in the app registration.',
    retryable: false
  },
  'secret-expired': {
    message: 'The client secret has expired (AADSTS7000222).',
    hint: 'Make a new secret in the app registration and put it into this sign-in.',
    retryable: false
  },
  'app-not-in-tenant': {
    message: 'The app has no service principal in this tenant (AADSTS7000229): nobody has consented to it there.',
    hint: 'An admin of that tenant opens the app’s consent link and accepts.',
    retryable: false
  },
  'app-unknown': {
    message: 'This tenant knows no application with that client ID (AADSTS700016).',
    hint: 'Check the application (client) ID and the tenant. In a customer’s tenant its admin must consent to the app first.',
    retryable: false
  },
  'certificate-not-registered': {
    message: 'The certificate is not registered on the app, or has expired (AADSTS700027).',
    hint: 'Upload the certificate’s public part (.cer) to the app registration, or choose the certificate that is there.',
    retryable: false
  },
  'assertion-clock': {
    message: 'Microsoft says that the signed request is not valid at this time (AADSTS700024): this computer’s clock is wrong.',
    hint: 'Set the clock and its time zone, then connect again.',
    retryable: true
  },
  'resource-missing': {
    message: 'The tenant does not know the Exchange service that the token is for (AADSTS500011): there is no Exchange licence, or the cloud is wrong.',
    hint: 'Check that the tenant has Exchange Online, and the profile’s cloud.',
    retryable: false
  },
  'conditional-access': {
    message: 'A Conditional Access policy of the tenant does not let this app sign in from here (AADSTS53003).',
    hint: 'Ask the tenant’s admin which policy it is; workload identities can be limited by network location.',
    retryable: false
  },
  'app-not-assigned': {
    message: 'The tenant asks for an assignment, and the app has none (AADSTS50105).',
    hint: 'Assign it under Enterprise applications, Users and groups, or switch “Assignment required” off.',
    retryable: false
  },
  'no-consent': {
    message: 'Nobody has consented to the app’s permissions in this tenant (AADSTS65001).',
    hint: 'An admin of that tenant grants admin consent to the app.',
    retryable: false
  },
  'token-refused': {
    message: 'Microsoft refused the sign-in: {text}',
    hint: 'What Microsoft documents of it: {link}. Then check the sign-in and the app registration.',
    retryable: false
  },
  cancelled: {
    message: 'It was given up before it was finished.',
    retryable: true
  }
} as const satisfies Record<string, FailureRow>
