import type { CmdletDefinition, ParameterType } from './cmdlet-model.ts'

/*
 * The cmdlets administrators use every day, with the parameters the demo takes. Names from
 * https://learn.microsoft.com/powershell/module/exchange/
 */

const types = {
  mailbox: 'Microsoft.Exchange.Data.Directory.Management.Mailbox',
  statistics: 'Microsoft.Exchange.Management.MapiTasks.Presentation.MailboxStatistics',
  recipient: 'Microsoft.Exchange.Data.Directory.Management.ReducedRecipient',
  group: 'Microsoft.Exchange.Data.Directory.Management.DistributionGroup',
  domain: 'Microsoft.Exchange.Data.Directory.SystemConfiguration.AcceptedDomain',
  organization: 'Microsoft.Exchange.Data.Directory.Management.OrganizationConfig',
  trace: 'Microsoft.Exchange.Management.FfoReporting.MessageTraceV2',
  assignment: 'Microsoft.Exchange.Data.Directory.SystemConfiguration.ManagementRoleAssignmentPresentation',
  scope: 'Microsoft.Exchange.Data.Directory.SystemConfiguration.ManagementScope',
  permission: 'Microsoft.Exchange.Management.RecipientTasks.RecipientPermission',
  mailboxPermission: 'Microsoft.Exchange.Management.RecipientTasks.MailboxAcePresentationObject'
} as const

const of = (type: ParameterType, ...names: string[]): Record<string, ParameterType> => Object.fromEntries(names.map((name) => [name, type]))
const texts = (...names: string[]) => of('string', ...names)
const customAttributes = texts(...Array.from({ length: 15 }, (_, index) => `CustomAttribute${index + 1}`))

function cmdlet(name: string, outputType: string, parameters: Record<string, ParameterType>, mandatory: string[] = []): CmdletDefinition {
  return { name, service: 'exchange', outputType, parameters, mandatory }
}

const quotas = texts(
  'IssueWarningQuota', 'ProhibitSendQuota', 'ProhibitSendReceiveQuota', 'MaxSendSize', 'MaxReceiveSize', 'RecoverableItemsQuota',
  'RecoverableItemsWarningQuota', 'ArchiveQuota', 'ArchiveWarningQuota'
)

export const everydayCmdlets: CmdletDefinition[] = [
  cmdlet('Get-Mailbox', types.mailbox, {
    ...texts('Identity', 'Anr', 'Filter', 'SortBy', 'MailboxPlan', 'OrganizationalUnit', 'UserPrincipalName'),
    ...of('object', 'ResultSize', 'RecipientTypeDetails', 'Properties', 'PropertySets'),
    ...of('switch', 'Archive', 'GroupMailbox', 'InactiveMailboxOnly', 'IncludeInactiveMailbox', 'Migration', 'PublicFolder', 'SoftDeletedMailbox')
  }),
  cmdlet('Set-Mailbox', types.mailbox, {
    ...texts(
      'Identity', 'DisplayName', 'Name', 'Alias', 'Type', 'ForwardingAddress', 'ForwardingSmtpAddress', 'MailTip', 'Office', 'RetentionPolicy',
      'RoleAssignmentPolicy', 'SharingPolicy', 'AddressBookPolicy', 'SimpleDisplayName', 'WindowsEmailAddress', 'MicrosoftOnlineServicesID',
      'RetainDeletedItemsFor', 'LitigationHoldDuration', 'LitigationHoldOwner', 'RetentionComment', 'RetentionUrl', 'RecipientLimits',
      'AuditLogAgeLimit', 'RulesQuota', 'ResourceCapacity', 'SendModerationNotifications'
    ),
    ...quotas,
    ...customAttributes,
    ...of('object', 'EmailAddresses', 'GrantSendOnBehalfTo', 'AcceptMessagesOnlyFrom', 'RejectMessagesFrom', 'AuditOwner', 'AuditAdmin', 'AuditDelegate', 'Languages', 'ModeratedBy', 'ExtensionCustomAttribute1', 'ExtensionCustomAttribute2', 'InPlaceHolds'),
    ...of('bool', 'HiddenFromAddressListsEnabled', 'LitigationHoldEnabled', 'DeliverToMailboxAndForward', 'AuditEnabled', 'SingleItemRecoveryEnabled',
      'RetentionHoldEnabled', 'ModerationEnabled', 'MessageCopyForSentAsEnabled', 'MessageCopyForSendOnBehalfEnabled', 'RequireSenderAuthenticationEnabled',
      'AccountDisabled', 'CalendarRepairDisabled', 'MessageTrackingReadStatusEnabled'),
    ...of('switch', 'Force', 'GroupMailbox', 'InactiveMailbox', 'RemoveDelayHoldApplied', 'ApplyMandatoryProperties')
  }, ['Identity']),
  cmdlet('New-Mailbox', types.mailbox, {
    ...texts('Name', 'Alias', 'DisplayName', 'FirstName', 'LastName', 'PrimarySmtpAddress', 'MicrosoftOnlineServicesID', 'MailboxPlan', 'RetentionPolicy', 'ResourceCapacity'),
    ...of('securestring', 'Password', 'RoomMailboxPassword'),
    ...of('bool', 'ResetPasswordOnNextLogon', 'RemotePowerShellEnabled', 'EnableRoomMailboxAccount'),
    ...of('switch', 'Shared', 'Room', 'Equipment', 'Archive', 'Force')
  }, ['Name']),
  cmdlet('Remove-Mailbox', types.mailbox, { ...texts('Identity'), ...of('switch', 'Force', 'PermanentlyDelete', 'PublicFolder', 'Migration') }, ['Identity']),
  cmdlet('Get-MailboxStatistics', types.statistics, { ...texts('Identity', 'StoreMailboxIdentity', 'Filter'), ...of('switch', 'Archive', 'IncludeMoveReport', 'IncludeMoveHistory', 'IncludeQuarantineDetails', 'IncludeSoftDeletedRecipients') }, ['Identity']),
  cmdlet('Get-Recipient', types.recipient, { ...texts('Identity', 'Anr', 'Filter', 'SortBy', 'OrganizationalUnit', 'PropertySet'), ...of('object', 'ResultSize', 'RecipientType', 'RecipientTypeDetails', 'Properties'), ...of('switch', 'IncludeSoftDeletedRecipients') }),
  cmdlet('Get-DistributionGroup', types.group, { ...texts('Identity', 'Anr', 'Filter', 'ManagedBy', 'SortBy', 'OrganizationalUnit'), ...of('object', 'ResultSize', 'RecipientTypeDetails'), ...of('switch', 'IncludeAcceptMessagesOnlyFromWithDisplayNames') }),
  cmdlet('Get-AcceptedDomain', types.domain, { ...texts('Identity'), ...of('object', 'ResultSize') }),
  cmdlet('Get-OrganizationConfig', types.organization, {}),
  cmdlet('Get-MessageTraceV2', types.trace, { ...texts('StartingRecipientAddress', 'FromIP', 'ToIP', 'Subject', 'SubjectFilterType'), ...of('object', 'MessageId', 'MessageTraceId', 'RecipientAddress', 'SenderAddress', 'Status', 'ResultSize'), ...of('datetime', 'StartDate', 'EndDate') }),
  cmdlet('Get-ManagementRoleAssignment', types.assignment, { ...texts('Identity', 'Role', 'RoleAssignee', 'RoleAssigneeType', 'CustomConfigWriteScope', 'CustomRecipientWriteScope', 'App'), ...of('bool', 'Enabled', 'Exclusive'), ...of('switch', 'GetEffectiveUsers', 'Delegating') }),
  cmdlet('Get-ManagementScope', types.scope, { ...texts('Identity'), ...of('bool', 'Exclusive'), ...of('switch', 'Orphan') }),
  cmdlet('Add-RecipientPermission', types.permission, { ...texts('Identity', 'Trustee'), ...of('object', 'AccessRights'), ...of('switch', 'SkipDomainValidationForMailContact') }, ['Identity', 'AccessRights', 'Trustee']),
  cmdlet('Get-RecipientPermission', types.permission, { ...texts('Identity', 'Trustee'), ...of('object', 'AccessRights', 'ResultSize') }),
  cmdlet('Remove-RecipientPermission', types.permission, { ...texts('Identity', 'Trustee'), ...of('object', 'AccessRights') }, ['Identity', 'AccessRights', 'Trustee']),
  cmdlet('Get-MailboxPermission', types.mailboxPermission, { ...texts('Identity', 'User'), ...of('object', 'ResultSize'), ...of('switch', 'Owner') }, ['Identity'])
]

export const outputTypes = types
