import type { Service } from '../contract.ts'
import { serviceTable } from './services.ts'

export interface Permission {
  /** As it stands in `roles` or `scp`. */
  name: string
  /** What it allows, after "Lets it …". */
  allows: string
  /** The services whose PowerShell takes it. */
  opens: Service[]
  /** Why it is more than what PowerShell needs. */
  tooMuch?: string
}

/** The application permission that PowerShell needs: the same name in both resources, another id in each. */
export const manageAsApp = 'Exchange.ManageAsApp'

/** An application permission as it is granted: the resource app and the id of its app role. */
export interface PermissionGrant {
  name: string
  resource: string
  resourceAppId: string
  appRoleId: string
}

/** The permission that a service's sessions need; of Graph the least one, which reads who the tenant is. */
export function grantFor(service: Service): PermissionGrant {
  const { permission, resource } = serviceTable[service]
  return { name: permission.name, resource: resource.name, resourceAppId: resource.appId, appRoleId: permission.appRoleId }
}

/** What an app may be let do in Graph is hundreds of permissions; these are the ones that Tenantry itself reads with or that are often too much. */
const tooMuchOfTheTenant = 'It reaches the whole tenant: take a narrower one where it does.'

const mailboxes = 'It reaches the contents of every mailbox, and PowerShell does not need it.'

/**
 * Application permissions (`roles`) of the Exchange resources, and some of Microsoft Graph. `Exchange.ManageAsAppV2`:
 * learn.microsoft.com/exchange/reference/admin-api-authentication (a preview).
 */
export const appPermissions: readonly Permission[] = [
  { name: manageAsApp, allows: 'run PowerShell as the app, as far as its roles go', opens: ['exchange', 'compliance'] },
  { name: 'Exchange.ManageAsAppV2', allows: 'use the preview REST Admin API as the app; PowerShell does not take it', opens: [] },
  { name: 'full_access_as_app', allows: 'use Exchange Web Services on all mailboxes', opens: [], tooMuch: mailboxes },
  { name: 'IMAP.AccessAsApp', allows: 'read mailboxes over IMAP, where Exchange lets the app', opens: [] },
  { name: 'POP.AccessAsApp', allows: 'read mailboxes over POP, where Exchange lets the app', opens: [] },
  { name: 'SMTP.SendAsApp', allows: 'send mail over SMTP, where Exchange lets the app', opens: [] },
  { name: 'ReportingWebService.Read.All', allows: 'read the message trace and the reports', opens: [] },
  { name: 'Mail.Read', allows: 'read the mail of all mailboxes', opens: [], tooMuch: mailboxes },
  { name: 'Mail.ReadWrite', allows: 'read and change the mail of all mailboxes', opens: [], tooMuch: mailboxes },
  { name: 'Organization.Read.All', allows: 'read who the tenant is and its domains', opens: ['graph'] },
  { name: 'User.Read.All', allows: 'read all users', opens: ['graph'] },
  { name: 'Group.Read.All', allows: 'read all groups', opens: ['graph'] },
  { name: 'Directory.Read.All', allows: 'read the whole directory', opens: ['graph'] },
  { name: 'Directory.ReadWrite.All', allows: 'read and change the directory', opens: ['graph'], tooMuch: tooMuchOfTheTenant },
  { name: 'Application.ReadWrite.All', allows: 'change every app registration', opens: ['graph'], tooMuch: tooMuchOfTheTenant },
  { name: 'AppRoleAssignment.ReadWrite.All', allows: 'grant any permission to any app', opens: ['graph'], tooMuch: tooMuchOfTheTenant },
  { name: 'RoleManagement.ReadWrite.Directory', allows: 'give any directory role to anybody', opens: ['graph'], tooMuch: tooMuchOfTheTenant },
  { name: 'Mail.Send', allows: 'send mail as any user', opens: [], tooMuch: 'It can send in anybody’s name, and PowerShell does not need it.' }
]

/**
 * Scopes (`scp`) of delegated tokens. The three `….AccessAsUser.All` are what Microsoft's own client for Exchange
 * PowerShell gets (public code and tokens; Microsoft documents none of them); `Exchange.Manage` is what an app of
 * one's own can ask for.
 */
export const scopes: readonly Permission[] = [
  { name: 'AdminApi.AccessAsUser.All', allows: 'use Exchange’s admin service, which PowerShell talks to, as the user', opens: ['exchange'] },
  { name: 'RemotePowerShell.AccessAsUser.All', allows: 'use Exchange Online PowerShell as the user', opens: ['exchange'] },
  { name: 'FfoPowerShell.AccessAsUser.All', allows: 'use Security & Compliance PowerShell (Exchange Online Protection) as the user', opens: ['compliance'] },
  { name: 'Exchange.Manage', allows: 'manage Exchange’s configuration as the user', opens: ['exchange'] },
  { name: 'Exchange.ManageV2', allows: 'use the preview REST Admin API as the user; PowerShell does not take it', opens: [] },
  { name: 'EWS.AccessAsUser.All', allows: 'use Exchange Web Services on the mailboxes that the user reaches', opens: [] },
  { name: 'user_impersonation', allows: 'act as the user at this resource', opens: [] },
  { name: 'User.Read', allows: 'read the user’s own profile', opens: [] },
  { name: 'openid', allows: 'know that the user signed in', opens: [] },
  { name: 'profile', allows: 'read the user’s name', opens: [] },
  { name: 'email', allows: 'read the user’s address', opens: [] },
  { name: 'offline_access', allows: 'stay signed in without asking again', opens: [] }
]
