/** One row of the failure table. `{name}` in a sentence is filled from the error's parameters. */
export interface FailureRow {
  message: string
  hint?: string
  /** Trying the same again, unchanged, may work. */
  retryable: boolean
  /** The form field it is about, where it is about one. */
  field?: string
}

/**
 * Every failure an admin can meet: what happened and what to do next. Sentences are plain text and name no secret.
 * What Microsoft's codes mean is taken from learn.microsoft.com/entra/identity-platform/reference-error-codes.
 */
export const failureTable = {
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
  'exchange-wrong-tenant': {
    message: 'Exchange says that this is another tenant: expected {expected}, but it answered {actual}. The session was closed.',
    hint: 'Check the profile’s domain. Nothing was typed into that tenant.',
    retryable: false
  },
  'exchange-unconfirmed': {
    message: 'Exchange did not confirm which tenant this is, because the app may not run Get-AcceptedDomain.',
    hint: 'The token is for the right tenant. Give the app a role that can read accepted domains to have it confirmed.',
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
    hint: 'Look the AADSTS code up on learn.microsoft.com, then check the sign-in and the app registration.',
    retryable: false
  },
  cancelled: {
    message: 'It was given up before it was finished.',
    retryable: true
  },

  // ---- credentials ----
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
  },

  // ---- network ----
  'connection-refused': {
    message: '{host} refused the connection.',
    hint: 'Check the network and the proxy; for a custom cloud, its host name.',
    retryable: true
  },
  'host-not-found': {
    message: 'The name {host} can’t be found.',
    hint: 'Check the network and DNS; for a custom cloud, its host name.',
    retryable: true
  },
  'tls-untrusted': {
    message: 'The TLS connection to {host} is not trusted: its certificate comes from an authority that this computer does not know, as behind TLS inspection.',
    hint: 'Have the inspecting proxy’s CA certificate trusted on this computer.',
    retryable: false
  },
  'tls-failed': {
    message: 'No secure (TLS) connection to {host} could be made.',
    hint: 'Check the clock, the proxy and its TLS inspection.',
    retryable: true
  },
  'timed-out': {
    message: '{host} did not answer in time.',
    hint: 'Check the network and try again.',
    retryable: true
  },
  'not-json': {
    message: '{host} answered with a web page instead of data: a proxy, a captive portal or a page saying that the service is down.',
    hint: 'Open a web page in the browser to pass a captive portal, check the proxy, and try again.',
    retryable: true
  },
  redirected: {
    message: '{host} sent the request on to another address, which was not followed.',
    hint: 'Check the proxy or captive portal; for a custom cloud, its host name.',
    retryable: false
  },
  throttled: {
    message: '{host} is asked too often at the moment (429).{wait}',
    hint: 'Wait, then connect again. Close sessions that are not needed.',
    retryable: true
  },
  'service-down': {
    message: '{host} has a problem of its own at the moment (HTTP {status}).',
    hint: 'Wait a minute and try again; the Microsoft 365 service health page tells more.',
    retryable: true
  },
  'network-failed': {
    message: 'The connection to {host} failed ({reason}).',
    hint: 'Check the network and try again.',
    retryable: true
  },

  // ---- Exchange, as its module says it ----
  'exchange-unauthorized': {
    message: 'Exchange did not accept the token (UnAuthorized): it has expired, is for another service or cloud, or the app lacks the permission Exchange.ManageAsApp.',
    hint: 'Grant Exchange.ManageAsApp (application permission of Office 365 Exchange Online) with admin consent, check the cloud, then connect again.',
    retryable: true
  },
  'role-missing': {
    message: 'The app has no role that Exchange accepts (403), or the token is from before the role was given.',
    hint: 'Give the app’s service principal a directory role such as Exchange Administrator, wait some minutes, then reconnect for a new token.',
    retryable: true
  },
  'module-malformed': {
    message: 'Exchange refused to send its cmdlets (“Module could not be correctly formed”): an empty 403 or a claims challenge.',
    hint: 'Check the app’s role and the Conditional Access policies, then reconnect for a new token.',
    retryable: true
  },
  'organization-vanity': {
    message: 'The session is connected by a vanity domain, which leads to odd permission errors.',
    hint: 'Reconnect by the tenant’s primary .onmicrosoft.com domain.',
    retryable: true
  },
  'insufficient-access': {
    message: 'Exchange refused with INSUFF_ACCESS_RIGHTS: the cmdlet or its scope is not made for an app.',
    hint: 'Try again, look at Get-ManagementScope, or use a session with your own account.',
    retryable: true
  },
  'connect-failed': {
    message: 'Exchange could not be connected: {text}',
    hint: 'The terminal shows the whole message. Reconnect to try again.',
    retryable: true
  },

  // ---- PowerShell ----
  'powershell-missing': {
    message: 'No PowerShell was found on this computer.',
    hint: 'Install PowerShell 7.4 or later, or choose where it is.',
    retryable: false
  },
  'powershell-too-old': {
    message: 'PowerShell {version} is too old: sessions need 7.4 or later, or Windows PowerShell 5.1.',
    hint: 'Install a current PowerShell, or choose where it is.',
    retryable: false
  },
  'module-missing': {
    message: 'The PowerShell module {module} is not installed for this PowerShell.',
    hint: 'Install it in a terminal: Install-Module {module} -Scope CurrentUser',
    retryable: false
  },
  'module-version-missing': {
    message: 'The module’s version that the profile asks for is not installed. {text}',
    hint: 'Install that version, or clear the module version in the profile.',
    retryable: false
  },
  'module-too-new': {
    message: 'No installed version of the module runs on this PowerShell. {text}',
    hint: 'Install a newer PowerShell, or an older version of the module.',
    retryable: false
  },
  'module-failed': {
    message: 'The module could not be loaded: {text}',
    hint: 'The terminal shows the whole message. Check that the module is installed whole.',
    retryable: false
  },
  'scripts-disabled': {
    message: 'Running scripts is disabled on this system by PowerShell’s execution policy.',
    hint: 'Set-ExecutionPolicy RemoteSigned -Scope CurrentUser allows it, unless a group policy decides; then ask its admin.',
    retryable: false
  },
  'assembly-clash': {
    message: 'Another module in this PowerShell loaded a different version of the same library (Microsoft.Identity.Client).',
    hint: 'Switch “Load my PowerShell profile” off, or keep Graph, Az and Teams modules out of it: each needs a session of its own.',
    retryable: false
  },
  'package-management-missing': {
    message: 'The modules PackageManagement and PowerShellGet, which the Exchange module needs, are missing.',
    hint: 'Install both for this PowerShell, then reconnect.',
    retryable: false
  },
  'constrained-language': {
    message: 'This computer’s policy holds PowerShell in constrained language mode, where a session can’t be connected.',
    hint: 'An admin must allow Tenantry’s PowerShell module by policy (App Control or AppLocker).',
    retryable: false
  },

  // ---- sessions ----
  'shell-no-hello': {
    message: 'PowerShell started but did not report within {seconds} s.',
    hint: 'Reconnect. If it goes on, switch “Load my PowerShell profile” off and look at what the terminal shows.',
    retryable: true
  },
  'shell-exited': {
    message: 'PowerShell {how}.',
    hint: 'Reconnect to start it again.',
    retryable: true
  },
  'shell-not-started': {
    message: 'PowerShell could not be started ({reason}).',
    hint: 'Check the profile’s working folder and the PowerShell in use.',
    retryable: true
  },
  'pipe-broken': {
    message: 'The connection between Tenantry and its PowerShell broke: {reason}.',
    hint: 'Reconnect to start again.',
    retryable: true
  },
  'session-busy': {
    message: 'A command is still running in “{name}”.',
    hint: 'Wait until it ends, stop it with Ctrl+C, or close the session anyway.',
    retryable: true
  },
  'session-not-found': {
    message: 'There is no such session any more.',
    hint: 'It may have been closed in another window.',
    retryable: false
  },
  internal: {
    message: 'Something went wrong inside Tenantry ({what}).',
    hint: 'Try again. If it goes on, restart Tenantry and report it.',
    retryable: true
  },

  // ---- profiles ----
  'name-missing': {
    message: 'A name is needed.',
    hint: 'Type a name of up to 120 characters.',
    retryable: false,
    field: 'name'
  },
  'name-unusable': {
    message: 'The name is too long or holds characters that can’t be shown.',
    hint: 'Type a name of up to 120 printable characters.',
    retryable: false,
    field: 'name'
  },
  'name-taken': {
    message: 'There is already one named “{name}”.',
    hint: 'Type another name; capital and small letters count as the same.',
    retryable: false,
    field: 'name'
  },
  'not-a-client-id': {
    message: 'That is not an application (client) ID.',
    hint: 'Copy the application (client) ID from the app registration’s overview: a GUID, not the name and not the object ID.',
    retryable: false,
    field: 'clientId'
  },
  'credential-missing': {
    message: 'The {what} is needed.',
    hint: 'Enter it, or choose “Ask each time”.',
    retryable: false
  },
  'folder-missing': {
    message: 'The working folder “{folder}” is not a folder on this computer.',
    hint: 'Choose a folder that is there, or leave the field empty.',
    retryable: false,
    field: 'workingFolder'
  },
  'sign-in-other-host': {
    message: 'The sign-in “{signIn}” is confirmed for {confirmed}, not for {wanted}, and other profiles use it there.',
    hint: 'Make a new sign-in for this cloud.',
    retryable: false,
    field: 'signIn'
  },
  'sign-in-in-use': {
    message: 'The sign-in “{signIn}” is still used by {count} of the profiles.',
    hint: 'Give those profiles another sign-in, or delete them first.',
    retryable: false
  },
  'profiles-read-only': {
    message: 'The profiles can’t be changed: {reason}.',
    hint: 'Mend that and restart Tenantry.',
    retryable: false
  },
  'profiles-not-written': {
    message: 'The profiles could not be written ({reason}), so nothing was changed.',
    hint: 'Check the disk and the rights on Tenantry’s data folder, then try again.',
    retryable: true
  },
  'import-unreadable': {
    message: 'This can’t be imported: {reason}.',
    hint: 'Choose a file that Tenantry exported, or a CSV file with a column “domain”.',
    retryable: false
  },
  'import-too-long': {
    message: 'This has more than {limit} rows.',
    hint: 'Import it in parts.',
    retryable: false
  }
} as const satisfies Record<string, FailureRow>

export type FailureCode = keyof typeof failureTable

type PlaceholdersIn<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | PlaceholdersIn<Rest> : never
type SentencesOf<C extends FailureCode> = (typeof failureTable)[C] extends infer R
  ? (R extends { message: infer M } ? M : never) | (R extends { hint: infer H } ? H : never)
  : never

/** What the sentences of a code name: a missing parameter does not compile. */
export type FailureParameters<C extends FailureCode> = Record<PlaceholdersIn<SentencesOf<C>>, string | number>
