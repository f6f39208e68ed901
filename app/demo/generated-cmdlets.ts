import type { CmdletDefinition, ParameterType } from './cmdlet-model.ts'
import { everydayCmdlets } from './everyday-cmdlets.ts'
import type { DemoServiceName } from './names.ts'

/*
 * The rest of what a connection brings, named as Exchange names things, so that a demo session looks and costs like a real one. They
 * answer with nothing, or with two simple objects where they read something every tenant has.
 */

const exchangeNouns = `ActiveSyncDeviceAccessRule ActiveSyncMailboxPolicy ActiveSyncOrganizationSettings AddressBookPolicy AddressList
AdminAuditLogConfig AdministrativeUnit AntiPhishPolicy AntiPhishRule App ApplicationAccessPolicy ArcConfig AtpPolicyForO365 AuditConfig
AuthenticationPolicy AvailabilityAddressSpace AvailabilityConfig CalendarDiagnosticObjects CalendarNotification CalendarProcessing
CalendarViewDiagnostics CASMailbox CASMailboxPlan ClientAccessRule Clutter ConnectionByClientType ConnectionInformationLog Contact
DataEncryptionPolicy DetailsTemplate DistributionGroupMember DkimSigningConfig DlpPolicy DynamicDistributionGroup
DynamicDistributionGroupMember EOPDistributionGroup EOPMailUser EmailAddressPolicy EmailTenantSettings EventsFromEmailConfiguration
ExoInformationBarrierPolicy ExoPhishSimOverrideRule ExoSecOpsOverrideRule ExternalInOutlook FederatedOrganizationIdentifier
FederationInformation FederationTrust FocusedInbox GlobalAddressList GroupMailbox HostedConnectionFilterPolicy HostedContentFilterPolicy
HostedContentFilterRule HostedOutboundSpamFilterPolicy HostedOutboundSpamFilterRule HybridMailflow IPv6StatusForAcceptedDomain
InboundConnector InboxRule IntraOrganizationConfiguration IntraOrganizationConnector IRMConfiguration JournalRule
JunkEmailConfiguration LinkedUser LogonStatistics M365CrossTenantAccessPolicy M365DataAtRestEncryptionPolicy MailContact
MailDetailTransportRuleReport MailFlowStatusReport MailFilterListReport MailPublicFolder MailTrafficATPReport MailUser MailboxAutoReplyConfiguration
MailboxCalendarConfiguration MailboxCalendarFolder MailboxFolder MailboxFolderPermission MailboxIRMAccess
MailboxImportRequest MailboxJunkEmailConfiguration MailboxLocation MailboxMessageConfiguration MailboxOverrideSettings MailboxPlan
MailboxRegionalConfiguration MailboxRestoreRequest MailboxSearch MailboxSpellingConfiguration MailboxUserConfiguration
MalwareFilterPolicy MalwareFilterRule ManagementRole ManagementRoleEntry MaskedUser MessageCategory MessageClassification
MessageRecallReport MessageTrackingReport MigrationBatch MigrationConfig MigrationEndpoint MigrationStatistics MigrationUser
MobileDevice MobileDeviceMailboxPolicy MoveRequest OMEConfiguration OMEMessageStatus OfflineAddressBook OnPremisesOrganization
OrganizationRelationship OrganizationSegment OutboundConnector OutlookProtectionRule OwaMailboxPolicy PartnerApplication
PerimeterConfig PhishSimOverridePolicy PlaceSetting PolicyTipConfig ProtectionAlert PublicFolder PublicFolderClientPermission
PublicFolderItemStatistics PublicFolderMailboxMigrationRequest PublicFolderMoveRequest QuarantineMessage QuarantinePolicy
RMSTemplate ReceiveConnectorReport RecipientPermissionReport RemoteDomain ReportSubmissionPolicy ReportSubmissionRule ResourceConfig
RetentionPolicy RetentionPolicyTag RoleAssignmentPolicy RoleGroup RoleGroupMember RoomList SafeAttachmentPolicy SafeAttachmentRule
SafeLinksPolicy SafeLinksRule SearchDocumentFormat SecOpsOverridePolicy SendAddress SensitivityLabelPolicyReport ServicePrincipal
SharingPolicy SiteMailbox SmimeConfig SpoofIntelligenceInsight SpoofMailReport SupervisoryReviewPolicyReport SweepRule TeamsProtectionPolicy
TeamsProtectionPolicyRule TenantAllowBlockListItems TenantAllowBlockListSpoofItems TenantExemptionInfo TenantRecipientLimitInfo
TenantScanRequestStatistics TextMessagingAccount TransportConfig TransportRule TransportRulePredicate UnifiedAuditSetting UnifiedGroup
UnifiedGroupLinks User UserBriefingConfig UserPhoto VivaInsightsSettings VivaModuleFeaturePolicy WebDnsRecord ATPProtectionPolicyRule
EOPProtectionPolicyRule AggregateZapReport ATPTotalTrafficReport AuditLogSearch AuthServer BlockedConnector BlockedSenderAddress
BookingMailbox CompromisedUserAggregateReport ConfigAnalyzerPolicyRecommendation ConnectorReport DnssecForVerifiedDomain
ContentMalwareMdoAggregateReport DefaultTenantBriefingConfig DefaultTenantMyAnalyticsFeatureConfig DirectedReport
ElevatedMailboxAccess ExchangeFeature ExternalAccountPolicy HistoricalSearch InactiveMailbox InboundConnectorReport MyAnalyticsFeatureConfig MtaStsReport
OutboundConnectorReport OwnerlessGroupPolicy PendingDelicenseUser RecoverableItems ReplyAllProtection SCInsights SmtpDaneInboundStatus
StaleMailboxReport TrustedTenant UserSatisfaction`.split(/\s+/)

const complianceNouns = `ActivityAlert AdaptiveScope AutoSensitivityLabelPolicy AutoSensitivityLabelRule CaseHoldPolicy CaseHoldRule
ComplianceCase ComplianceCaseMember ComplianceRetentionEvent ComplianceRetentionEventType ComplianceSearch ComplianceSearchAction
ComplianceSecurityFilter ComplianceTag DeviceConditionalAccessPolicy DlpCompliancePolicy DlpComplianceRule DlpEdmSchema
DlpSensitiveInformationType HoldCompliancePolicy HoldComplianceRule InformationBarrierPolicy Label LabelPolicy OrganizationSegment
ProtectionAlert QuarantineMessage RetentionCompliancePolicy RetentionComplianceRule RoleGroup RoleGroupMember
SupervisoryReviewPolicyV2 SupervisoryReviewRule UnifiedAuditLogRetentionPolicy`.split(/\s+/)

const verbs = ['Get', 'Set', 'New', 'Remove'] as const

/** How many cmdlets an Exchange connection brings beside the everyday ones. */
export const generatedExchangeCmdlets = 800

/** Cmdlets Microsoft documents as not working for an app. */
export const notForApps: readonly string[] = ['New-UnifiedGroup', 'Remove-UnifiedGroup', 'Remove-UnifiedGroupLinks', 'Add-UnifiedGroupLinks']

const everydayNames = new Set(everydayCmdlets.map((definition) => definition.name))

function generate(service: DemoServiceName, nouns: string[]): CmdletDefinition[] {
  const names = [...verbs.flatMap((verb) => nouns.map((noun) => `${verb}-${noun}`)), ...(service === 'exchange' ? ['Add-UnifiedGroupLinks'] : [])]
  return [...new Set(names)].filter((name) => !everydayNames.has(name)).map((name) => definitionOf(service, name))
}

function definitionOf(service: DemoServiceName, name: string): CmdletDefinition {
  const [verb = '', noun = ''] = name.split('-')
  const common: Record<string, ParameterType> = { Identity: 'string' }
  const parameters: Record<string, ParameterType> =
    verb === 'Get'
      ? { ...common, ResultSize: 'object', Filter: 'string' }
      : verb === 'Remove'
        ? { ...common, Force: 'switch' }
        : { ...(verb === 'New' ? { Name: 'string' } : common), DisplayName: 'string', Comment: 'string', Enabled: 'bool', Priority: 'int', Mode: 'string', Members: 'object', StartDate: 'datetime', EndDate: 'datetime', Force: 'switch' }
  const mandatory = verb === 'New' ? ['Name'] : verb === 'Get' ? [] : ['Identity']
  return { name, service, parameters, mandatory, outputType: `Microsoft.Exchange.Data.Directory.Management.${noun}` }
}

/** All cmdlets a connection to a service brings, everyday ones first. */
export const servedCmdlets: Record<DemoServiceName, CmdletDefinition[]> = {
  exchange: [...everydayCmdlets, ...trimToCount(generate('exchange', exchangeNouns), generatedExchangeCmdlets)],
  compliance: generate('compliance', complianceNouns),
  graph: []
}

/** Cuts from the end of the removing verbs, so that what is documented elsewhere stays. */
function trimToCount(definitions: CmdletDefinition[], count: number): CmdletDefinition[] {
  const kept = definitions.filter((definition) => notForApps.includes(definition.name))
  return [...kept, ...definitions.filter((definition) => !kept.includes(definition))].slice(0, count)
}

export function findCmdlet(service: DemoServiceName, name: string): CmdletDefinition | undefined {
  const wanted = name.toLowerCase()
  return servedCmdlets[service].find((definition) => definition.name.toLowerCase() === wanted)
}
