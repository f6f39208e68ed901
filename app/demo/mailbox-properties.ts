/*
 * What every mailbox has alike, as Get-Mailbox shows it: names and usual values, from
 * https://learn.microsoft.com/powershell/module/exchange/get-mailbox and Set-Mailbox. Properties that differ from
 * mailbox to mailbox are in mailboxes.ts.
 */

const off = [
  'AntispamBypassEnabled', 'CalendarLoggingQuotaEnabled', 'CalendarVersionStoreDisabled', 'ComplianceTagHoldApplied',
  'DeliverToMailboxAndForward', 'DelayHoldApplied', 'DelayReleaseHoldApplied', 'DowngradeHighPriorityMessagesEnabled',
  'EmailAddressPolicyEnabled', 'ElcProcessingDisabled', 'ExternalOofOptionsRestricted', 'HasPicture',
  'HasSnackyAppData', 'HiddenFromAddressListsEnabled', 'IncludeInGarbageCollection',
  'IsExcludedFromServingHierarchy', 'IsInactiveMailbox', 'IsLinked', 'IsMachineToPersonTextMessagingEnabled',
  'IsMonitoringMailbox', 'IsPersonToPersonTextMessagingEnabled', 'IsRootPublicFolderMailbox', 'IsShared', 'IsResource',
  'IsSoftDeletedByDisable', 'IsSoftDeletedByRemove', 'LitigationHoldEnabled', 'MessageCopyForSendOnBehalfEnabled',
  'MessageCopyForSentAsEnabled', 'ModerationEnabled', 'NonCompliantDevicesBlocked',
  'OrphanSoftDeleteTrackingEnabled', 'ProvisionedForOfficeGraph', 'QueryBaseDNRestrictionEnabled', 'RequireSenderAuthenticationEnabled',
  'ResetPasswordOnNextLogon', 'RetainDeletedItemsUntilBackup', 'RetentionHoldEnabled',
  'SkipMailboxProvisioningConstraintValidation', 'UMEnabled',
  'WasInactiveMailbox', 'AccountDisabled'
]

const on = [
  'AuditEnabled', 'EncryptedAutodiscoverEnabled', 'IsMailboxEnabled', 'IsValid',
  'MessageTrackingReadStatusEnabled', 'SingleItemRecoveryEnabled', 'UseDatabaseQuotaDefaults', 'UseDatabaseRetentionDefaults', 'MessageCopyForSMTPClientSubmissionEnabled'
]

const empty = [
  'AddressBookPolicy', 'AdminDisplayVersion', 'AggregatedMailboxGuid', 'ArchiveDomain', 'ArchiveRelease', 'AuxMailboxParentObjectId',
  'CatchAllRecipientsFilter', 'DataEncryptionPolicy', 'DefaultPublicFolderMailbox', 'DisabledArchiveDatabase',
  'EndDateForRetentionHold', 'ForwardingAddress', 'ForwardingSmtpAddress', 'GeneratedOfflineAddressBook', 'ImmutableId',
  'JournalArchiveAddress', 'LinkedMasterAccount', 'LitigationHoldDate',
  'LitigationHoldOwner', 'MailTip', 'MailboxContainerGuid', 'MailboxMoveBatchName', 'MailboxMoveRemoteHostName', 'MailboxMoveSourceMDB',
  'MailboxMoveTargetMDB', 'MailboxProvisioningConstraint', 'MailboxRelease', 'ManagedFolderMailboxPolicy',
  'OfflineAddressBook', 'OriginatingServer', 'PitrEnabled', 'QueryBaseDN', 'ReconciliationId', 'RemoteAccountPolicy', 'RemoteRecipientType', 'ResourceCapacity',
  'ResourceType', 'RetentionComment', 'RetentionUrl', 'RoomMailboxAccountEnabled', 'SiloName', 'SimpleDisplayName', 'SourceAnchor',
  'StartDateForRetentionHold', 'StsRefreshTokensValidFrom', 'ThrottlingPolicy', 'UnifiedMailbox', 'WhenSoftDeleted', 'WindowsLiveID', 'EnforcedTimestamps'
]

const emptyLists = [
  'AcceptMessagesOnlyFrom', 'AcceptMessagesOnlyFromDLMembers', 'AcceptMessagesOnlyFromSendersOrMembers', 'AddressListMembership',
  'AggregatedMailboxGuids', 'ArchiveName', 'BypassModerationFromSendersOrMembers', 'Extensions',
  'ExtensionCustomAttribute1', 'ExtensionCustomAttribute2', 'ExtensionCustomAttribute3', 'ExtensionCustomAttribute4', 'ExtensionCustomAttribute5',
  'GrantSendOnBehalfTo', 'InPlaceHolds', 'MailTipTranslations', 'MailboxLocations', 'MailboxProvisioningPreferences', 'ModeratedBy',
  'PoliciesExcluded', 'PoliciesIncluded', 'ProtocolSettings', 'RejectMessagesFrom', 'RejectMessagesFromDLMembers',
  'RejectMessagesFromSendersOrMembers', 'ResourceCustom', 'UMDtmfMap', 'UserCertificate', 'UserSMimeCertificate'
]

const auditOwner = ['Update', 'MoveToDeletedItems', 'SoftDelete', 'HardDelete', 'UpdateFolderPermissions', 'UpdateInboxRules', 'UpdateCalendarDelegation', 'ApplyRecord', 'MailItemsAccessed', 'Send']

const fixed: Record<string, unknown> = {
  AccountSku: 'EnterpriseE3',
  ArchiveQuota: '110 GB (118,111,600,640 bytes)',
  ArchiveState: 'None',
  ArchiveStatus: 'None',
  ArchiveWarningQuota: '100 GB (107,374,182,400 bytes)',
  AuditAdmin: [...auditOwner, 'Copy', 'FolderBind', 'SendAs', 'SendOnBehalf', 'Create'],
  AuditDelegate: [...auditOwner.slice(0, 8), 'SendAs', 'SendOnBehalf', 'Create', 'FolderBind'],
  AuditLogAgeLimit: '90.00:00:00',
  AuditOwner: auditOwner,
  CalendarRepairDisabled: false,
  CalendarLoggingQuota: '6 GB (6,442,450,944 bytes)',
  DefaultAuditSet: ['Admin', 'Delegate', 'Owner'],
  EffectivePublicFolderMailbox: null,
  ExchangeUserAccountControl: 'None',
  ExchangeVersion: '0.20 (15.0.0.0)',
  IssueWarningQuota: '98 GB (105,226,698,752 bytes)',
  Languages: ['en-US'],
  LitigationHoldDuration: 'Unlimited',
  MailboxMoveFlags: 'None',
  MailboxMoveStatus: 'None',
  MailboxPlan: 'ExchangeOnlineEnterprise',
  MailboxRegion: null,
  MailboxRegionLastUpdateTime: null,
  MaxBlockedSenders: 1024,
  MaxReceiveSize: '36 MB (37,748,736 bytes)',
  MaxSafeSenders: 1024,
  MaxSendSize: '35 MB (36,700,160 bytes)',
  ObjectCategory: 'Person',
  ObjectClass: ['top', 'person', 'organizationalPerson', 'user'],
  ObjectState: 'Unchanged',
  PersistedCapabilities: ['BPOS_S_Enterprise'],
  ProhibitSendQuota: '99 GB (106,300,440,576 bytes)',
  ProhibitSendReceiveQuota: '100 GB (107,374,182,400 bytes)',
  RecipientLimits: '500',
  RecipientType: 'UserMailbox',
  RecoverableItemsQuota: '30 GB (32,212,254,720 bytes)',
  RecoverableItemsWarningQuota: '20 GB (21,474,836,480 bytes)',
  RetainDeletedItemsFor: '14.00:00:00',
  RetentionPolicy: 'Default MRM Policy',
  RoleAssignmentPolicy: 'Default Role Assignment Policy',
  RulesQuota: '256 KB (262,144 bytes)',
  SCLDeleteEnabled: null,
  SCLDeleteThreshold: null,
  SCLJunkEnabled: null,
  SCLJunkThreshold: null,
  SCLQuarantineEnabled: null,
  SCLQuarantineThreshold: null,
  SCLRejectEnabled: null,
  SCLRejectThreshold: null,
  SendModerationNotifications: 'Always',
  SharingPolicy: 'Default Sharing Policy',
  UsageLocation: 'Germany'
}

/** The values every mailbox starts from; treat as frozen. */
export const commonMailboxProperties: Readonly<Record<string, unknown>> = Object.freeze({
  ...Object.fromEntries(off.map((name) => [name, false])),
  ...Object.fromEntries(on.map((name) => [name, true])),
  ...Object.fromEntries(empty.map((name) => [name, null])),
  ...Object.fromEntries(emptyLists.map((name) => [name, []])),
  ...Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`CustomAttribute${index + 1}`, ''])),
  ...fixed
})
