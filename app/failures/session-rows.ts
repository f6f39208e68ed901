import type { FailureRow } from './row.ts'

/** What goes wrong between here and a connected prompt. */
export const sessionRows = {
  'link-profile-unknown': {
    message: 'The link leads to a profile that is not on this computer.',
    hint: 'It may have been deleted, or the link is from another computer: profiles have their own ids on each.',
    retryable: false
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
    // Another network, as after a captive portal, mends it.
    retryable: true
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
    retryable: true
  },
  'answer-endless': {
    message: '{host} goes on after {pages} pages of one answer, so none of it was used.',
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

  'token-not-renewed': {
    message: 'The login service answered with the same token as before instead of a new one.',
    hint: 'Something on the way, such as a proxy, may answer from its memory. A session that renews goes on asking; otherwise try again in a few minutes.',
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
    message: 'The session is connected by the vanity domain {organization}, which leads to odd permission errors.',
    hint: 'Reconnect: Tenantry knows the tenant’s primary .onmicrosoft.com domain now ({primary}) and connects by it.',
    retryable: true
  },
  'insufficient-access': {
    message: 'Exchange refused with INSUFF_ACCESS_RIGHTS: the cmdlet or its scope is not made for an app.',
    hint: 'Try again, look at Get-ManagementScope, or use a session with your own account.',
    retryable: true
  },
  'command-not-for-apps': {
    message: 'The cmdlet does not work for an app that is signed in: it needs a person.',
    hint: 'Use a session with your own account. Microsoft names New-UnifiedGroup, Remove-UnifiedGroup, Add-UnifiedGroupLinks and Remove-UnifiedGroupLinks as such.',
    retryable: false
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
  'module-without-searches': {
    message: 'The module is too old for eDiscovery searches: -EnableSearchOnlySession needs ExchangeOnlineManagement {least} or later.',
    hint: 'Install a current version of the module and pin no older one, or clear “Open compliance for eDiscovery searches” in the profile.',
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
  'scripts-refused': {
    message: 'This computer’s policy ({policy}) does not let PowerShell run Tenantry’s scripts, so no session can be connected.',
    hint: 'Ask the admin of the Group Policy “Turn on Script Execution” to allow local scripts, or to trust Tenantry’s signature; or choose another PowerShell.',
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

  // ---- remote PowerShell ----
  'remote-uri-unusable': {
    message: 'The connection URI of remote PowerShell can’t be used: {reason}.',
    hint: 'Type the whole address, such as https://host.example/PowerShell-LiveId.',
    retryable: false,
    field: 'connectionUri'
  },
  'remote-host-other': {
    message: 'The connection URI leads to {host}, and the token is for {audience}.',
    hint: 'Type an address on {audience}, or describe the other host as a custom cloud.',
    retryable: false,
    field: 'connectionUri'
  },
  'remote-windows-only': {
    message: 'Remote PowerShell with Basic authentication needs Windows’ own WinRM: elsewhere PowerShell has no client for it.',
    hint: 'Clear “Remote PowerShell (legacy)” in the profile, or use Tenantry on Windows.',
    retryable: false
  },
  'winrm-basic-off': {
    message: 'WinRM on this computer does not allow Basic authentication, which remote PowerShell with a token needs.',
    hint: 'As an administrator: Set-Item WSMan:\\localhost\\Client\\Auth\\Basic $true, or ask the admin of the Group Policy “Allow Basic authentication” of the WinRM client.',
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
  'session-of-another-tenant': {
    message: 'This session belongs to the tenant {before}, and its profile now leads to {after}.',
    hint: 'Close this tab and connect the profile: it opens a session of its own.',
    retryable: false
  },
  'pipe-broken': {
    message: 'The connection between Tenantry and its PowerShell broke: {reason}.',
    hint: 'Reconnect to start again.',
    retryable: true
  },
  'session-busy': {
    message: 'A command is still running in “{name}”.',
    hint: 'Wait until it ends, stop it with Ctrl+C, or close or reconnect the session anyway.',
    retryable: true
  },
  'session-not-found': {
    message: 'There is no such session any more.',
    hint: 'It may have been closed in another window.',
    retryable: false
  },
  'scrollback-empty': { message: 'The terminal is empty: there is nothing to save.', retryable: false },
  internal: {
    message: 'Something went wrong inside Tenantry ({what}).',
    hint: 'Try again. If it goes on, restart Tenantry and report it.',
    retryable: true
  }
} as const satisfies Record<string, FailureRow>
