/*
 * Which commands of Exchange, Security & Compliance and Microsoft Graph change data, as data. The shell judges by it
 * (Guard.ps1), and read-only sessions import by it.
 */

/**
 * Verbs whose commands read. Every other verb counts as one that changes data, also one that nobody knows yet.
 * Of the 1,438 commands that https://learn.microsoft.com/powershell/module/exchangepowershell/ describes (August 2026),
 * those of these verbs read, except for the rows of `guardExceptions`.
 */
export const readingVerbs: readonly string[] = ['Get', 'Test', 'Find', 'Search', 'Export', 'Preview', 'Validate', 'Compare']

/**
 * `always`, `never`; or only where one of these parameters is given (`-Name:$false` is not); or unless a parameter has
 * one of these values, its default for null.
 */
export type Changes = 'always' | 'never' | { given: readonly string[] } | { unless: { parameter: string; values: ReadonlyArray<string | null> } }

export interface GuardException {
  name: string
  changes: Changes
  /** Why it differs from its verb. */
  why: string
  source: string
}

const exchange = (name: string) => `https://learn.microsoft.com/powershell/module/exchangepowershell/${name.toLowerCase()}`
const graph = (name: string) => `https://learn.microsoft.com/powershell/module/microsoft.graph.authentication/${name.toLowerCase()}`
const ofExchange = (name: string, changes: Changes, why: string): GuardException => ({ name, changes, why, source: exchange(name) })
const ofGraph = (name: string, changes: Changes, why: string): GuardException => ({ name, changes, why, source: graph(name) })

/** Commands that their verb says the wrong thing about. */
export const guardExceptions: readonly GuardException[] = [
  ofExchange('Search-Mailbox', { given: ['DeleteContent', 'TargetMailbox'] }, 'It deletes what it finds, or copies it into a mailbox.'),
  ofExchange('Test-Message', 'always', 'It puts a message through the rules, whose actions take place and notify people.'),
  ofExchange('Validate-OutboundConnector', 'always', 'It sends test messages to recipients outside.'),
  ofExchange('Check-PurviewConfig', 'never', 'It runs diagnostics and shows their results.'),
  ofExchange('Connect-ExchangeOnline', 'never', 'It is about this PowerShell’s connection.'),
  ofExchange('Connect-IPPSSession', 'never', 'It is about this PowerShell’s connection.'),
  ofExchange('Disconnect-ExchangeOnline', 'never', 'It is about this PowerShell’s connection.'),
  ofGraph('Invoke-MgGraphRequest', { unless: { parameter: 'Method', values: [null, 'GET'] } }, 'Its method says what it does; GET reads.'),
  ofGraph('Connect-MgGraph', 'never', 'It is about this PowerShell’s connection.'),
  ofGraph('Disconnect-MgGraph', 'never', 'It is about this PowerShell’s connection.'),
  ofGraph('Add-MgEnvironment', 'never', 'It keeps the hosts of a cloud on this computer.'),
  ofGraph('Set-MgEnvironment', 'never', 'It keeps the hosts of a cloud on this computer.'),
  ofGraph('Remove-MgEnvironment', 'never', 'It keeps the hosts of a cloud on this computer.'),
  ofGraph('Set-MgGraphOption', 'never', 'It is an option of the module on this computer.'),
  ofGraph('Set-MgRequestContext', 'never', 'It says how often this PowerShell tries again.')
]

/** Modules whose commands are judged, by the beginning of their names: what the service sends, and Microsoft’s own. */
export const guardedModules: readonly string[] = ['tmpEXO_', 'ExchangeOnlineManagement', 'Microsoft.Graph']

/** Parameters that say which object a command is about, the first ones first. */
export const objectParameters: readonly string[] = [
  'Identity', 'Name', 'Method', 'Uri', 'UserPrincipalName', 'PrimarySmtpAddress', 'Mailbox', 'UserId', 'User', 'GroupId', 'Member', 'Trustee', 'DeviceId', 'ApplicationId',
  'ServicePrincipalId', 'Policy', 'Users', 'Mailboxes'
]

/** What `Connect-ExchangeOnline -CommandName` is given for a read-only session. */
export const readingCommandNames: readonly string[] = readingVerbs.map((verb) => `${verb}-*`)
