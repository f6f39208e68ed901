import { cmdletErrors, type CmdletHandler } from './cmdlet-model.ts'
import { wildcard } from './filter.ts'
import { guidFrom } from './guid.ts'
import { seededRandom } from './people.ts'
import { limitResults } from './result-size.ts'

const asIs = (item: Record<string, unknown>) => item

const getAcceptedDomain: CmdletHandler = ({ tenant, parameters }) => {
  const identity = parameters.text('Identity')?.toLowerCase()
  const domains = identity ? tenant.domains.filter((domain) => domain === identity) : tenant.domains
  if (identity && domains.length === 0) throw cmdletErrors.notFound(identity)
  return {
    items: domains,
    show: (domain: string) => ({
      DomainName: domain, CatchAllRecipientID: null, DomainType: 'Authoritative', MatchSubDomains: false, AddressBookEnabled: true,
      Default: domain === tenant.domain, InitialDomain: domain === tenant.domain, EmailOnly: false, ExternallyManaged: false,
      AuthenticationType: 'Managed', LiveIdInstanceType: 'Business', PendingRemoval: false, PendingCompletion: false, FederatedOrganizationLink: null,
      OutboundOnly: false, SendingFromDomainDisabled: false, IsCoexistenceDomain: false, IsDefaultFederatedDomain: false,
      Name: domain, Identity: domain, Id: domain, Guid: guidFrom(`domain ${domain}`), IsValid: true, ObjectState: 'Unchanged'
    })
  }
}

const getOrganizationConfig: CmdletHandler = ({ tenant }) => ({
  items: [tenant],
  show: () => ({
    Name: tenant.domain, Identity: tenant.domain, DisplayName: tenant.name, OrganizationId: tenant.domain, Guid: tenant.tenantId,
    AuditDisabled: false, AutoExpandingArchiveEnabled: false, BookingsEnabled: true, ConnectorsEnabled: true, CustomerLockboxEnabled: false,
    DefaultPublicFolderAgeLimit: null, DirectReportsGroupAutoCreationEnabled: false, EwsEnabled: null, FocusedInboxOn: null, IsDehydrated: false,
    IsMixedMode: false, MailTipsAllTipsEnabled: true, MailTipsExternalRecipientsTipsEnabled: false, MailTipsLargeAudienceThreshold: 25,
    MessageRecallEnabled: null, OAuth2ClientProfileEnabled: true, PublicFoldersEnabled: 'Local', RejectDirectSend: false,
    SendFromAliasEnabled: false, SmtpActionableMessagesEnabled: true, WhenCreated: '2019-01-07T08:00:00.000Z', WhenChanged: '2026-06-30T11:20:00.000Z',
    IsValid: true, ObjectState: 'Unchanged'
  })
})

const traceStatuses = ['Delivered', 'Delivered', 'Delivered', 'Delivered', 'Delivered', 'Quarantined', 'FilteredAsSpam', 'Failed', 'Pending', 'Expanded']
const subjects = ['Quarterly figures', 'Lunch on Thursday?', 'Your order has shipped', 'Minutes of the meeting', 'Re: contract draft', 'Invoice attached', 'Welcome aboard', 'Maintenance window']
const traceCount = 400
const oneDayMs = 86_400_000

const getMessageTrace: CmdletHandler = (call) => {
  const { parameters, tenant, now } = call
  const end = parameters.has('EndDate') ? Date.parse(parameters.text('EndDate') ?? '') : now.getTime()
  const start = parameters.has('StartDate') ? Date.parse(parameters.text('StartDate') ?? '') : end - 2 * oneDayMs
  if (end - start > 10 * oneDayMs) throw cmdletErrors.invalid('Invalid StartDate value. The difference between StartDate and EndDate can\'t be more than 10 days.')
  if (start > end) throw cmdletErrors.invalid('Invalid StartDate value. The StartDate can\'t be later than the EndDate.')
  const senders = parameters.list('SenderAddress').map(wildcard)
  const recipients = parameters.list('RecipientAddress').map(wildcard)
  const statuses = parameters.list('Status').map((status) => status.toLowerCase())
  const fits = (patterns: RegExp[], value: string) => patterns.length === 0 || patterns.some((pattern) => pattern.test(value))
  const found = traces(tenant.directory, start, end).filter(
    (trace) => fits(senders, trace.SenderAddress) && fits(recipients, trace.RecipientAddress) && (statuses.length === 0 || statuses.includes(trace.Status.toLowerCase()))
  )
  return { items: limitResults(call, found), show: asIs }
}

function traces(directory: { tenantId: string; mailboxes: readonly { primaryAddress: string }[] }, start: number, end: number) {
  const random = seededRandom(parseInt(directory.tenantId.slice(0, 8), 16))
  const pick = <Item>(list: readonly Item[]) => list[Math.floor(random() * list.length)]
  return Array.from({ length: traceCount }, (_, index) => ({
    MessageTraceId: guidFrom(`trace ${directory.tenantId} ${index}`),
    MessageId: `<${guidFrom(`message ${directory.tenantId} ${index}`)}@eurprd04.prod.outlook.com>`,
    Received: new Date(end - ((end - start) * index) / traceCount).toISOString(),
    SenderAddress: pick(directory.mailboxes)?.primaryAddress ?? '',
    RecipientAddress: pick(directory.mailboxes)?.primaryAddress ?? '',
    Subject: pick(subjects) ?? '',
    Status: pick(traceStatuses) ?? 'Delivered',
    FromIP: `192.0.2.${Math.floor(random() * 250) + 1}`,
    ToIP: '',
    Size: Math.floor(random() * 300_000) + 2_000
  }))
}

const getRoleAssignment: CmdletHandler = ({ tenant, caller, parameters }) => {
  const roles = ['Mail Recipients', 'Recipient Policies', 'View-Only Configuration', 'View-Only Recipients', 'Distribution Groups', 'Message Tracking', 'Organization Configuration']
  const role = parameters.text('Role')
  const wanted = role ? roles.filter((name) => wildcard(role).test(name)) : roles
  const assignees = [
    { name: 'Organization Management', type: 'RoleGroup' },
    'clientId' in caller ? { name: caller.objectId, type: 'ServicePrincipal' } : { name: caller.upn, type: 'User' }
  ]
  const assignee = (parameters.text('RoleAssignee') ?? parameters.text('App'))?.toLowerCase()
  const named = assignees.filter(({ name }) => !assignee || name.toLowerCase() === assignee || ('clientId' in caller && assignee === caller.clientId && name === caller.objectId))
  const items = named.flatMap(({ name, type }) =>
    wanted.map((roleName) => ({
      Name: `${roleName}-${name}`, Identity: `${roleName}-${name}`, Role: roleName, RoleAssignee: name, RoleAssigneeName: name, RoleAssigneeType: type,
      RoleAssignmentDelegationType: 'Regular', AssignmentMethod: 'Direct', EffectiveUserName: 'All Group Members', Enabled: true,
      RecipientReadScope: 'Organization', ConfigReadScope: 'OrganizationConfig', RecipientWriteScope: 'Organization', ConfigWriteScope: 'OrganizationConfig',
      CustomRecipientWriteScope: null, CustomConfigWriteScope: null, Guid: guidFrom(`assignment ${tenant.tenantId} ${roleName} ${name}`), IsValid: true
    }))
  )
  return { items, show: asIs }
}

const getManagementScope: CmdletHandler = ({ tenant, parameters }) => {
  const scopes = [
    { Name: 'Offices in Germany', RecipientFilter: "Office -eq 'Berlin'", RecipientRoot: tenant.domain },
    { Name: 'Shared mailboxes', RecipientFilter: "RecipientTypeDetails -eq 'SharedMailbox'", RecipientRoot: tenant.domain }
  ]
  const identity = parameters.text('Identity')
  const found = identity ? scopes.filter((scope) => scope.Name.toLowerCase() === identity.toLowerCase()) : scopes
  if (identity && found.length === 0) throw cmdletErrors.notFound(identity)
  const items = found.map((scope) => ({ ...scope, Identity: scope.Name, ScopeRestrictionType: 'RecipientScope', Exclusive: false, ServerFilter: '', DatabaseFilter: '', IsValid: true, Guid: guidFrom(`scope ${scope.Name} ${tenant.tenantId}`) }))
  return { items, show: asIs }
}

export const organizationCmdlets: Record<string, CmdletHandler> = {
  'Get-AcceptedDomain': getAcceptedDomain,
  'Get-OrganizationConfig': getOrganizationConfig,
  'Get-MessageTraceV2': getMessageTrace,
  'Get-ManagementRoleAssignment': getRoleAssignment,
  'Get-ManagementScope': getManagementScope
}
