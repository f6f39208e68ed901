import { outputTypes } from './everyday-cmdlets.ts'

/** Exchange's default views: type, then its table's columns with their widths (0: what is left). */
const tables: Array<{ type: string; columns: Array<[property: string, width: number, alignment?: 'Right']> }> = [
  { type: outputTypes.mailbox, columns: [['Name', 20], ['Alias', 14], ['Database', 16], ['ProhibitSendQuota', 29], ['ExternalDirectoryObjectId', 36]] },
  { type: outputTypes.statistics, columns: [['DisplayName', 28], ['ItemCount', 10, 'Right'], ['StorageLimitStatus', 20], ['LastLogonTime', 24]] },
  { type: outputTypes.recipient, columns: [['Name', 30], ['RecipientType', 30]] },
  { type: outputTypes.group, columns: [['Name', 28], ['DisplayName', 28], ['GroupType', 12], ['PrimarySmtpAddress', 40]] },
  { type: outputTypes.domain, columns: [['Name', 34], ['DomainName', 34], ['DomainType', 18], ['Default', 8]] },
  { type: outputTypes.organization, columns: [['Name', 34], ['DisplayName', 30]] },
  { type: outputTypes.trace, columns: [['Received', 22], ['SenderAddress', 34], ['RecipientAddress', 34], ['Subject', 30], ['Status', 14]] },
  { type: outputTypes.assignment, columns: [['Name', 34], ['Role', 26], ['RoleAssigneeName', 26], ['RoleAssigneeType', 18], ['EffectiveUserName', 20]] },
  { type: outputTypes.scope, columns: [['Name', 26], ['ScopeRestrictionType', 22], ['Exclusive', 10], ['RecipientRoot', 30], ['RecipientFilter', 0]] },
  { type: outputTypes.permission, columns: [['Identity', 26], ['Trustee', 34], ['AccessControlType', 18], ['AccessRights', 16]] },
  { type: outputTypes.mailboxPermission, columns: [['Identity', 26], ['User', 26], ['AccessRights', 34], ['IsInherited', 12], ['Deny', 6]] }
]

/** The views as a `.format.ps1xml` (https://learn.microsoft.com/powershell/scripting/developer/format/formatting-file-overview). */
export function formatFile(): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<Configuration>\n<ViewDefinitions>\n${tables.map(viewText).join('\n')}\n</ViewDefinitions>\n</Configuration>\n`
}

function viewText(table: (typeof tables)[number]): string {
  const headers = table.columns.map(([, width, alignment]) => `<TableColumnHeader>${width > 0 ? `<Width>${width}</Width>` : ''}${alignment ? `<Alignment>${alignment}</Alignment>` : ''}</TableColumnHeader>`)
  const items = table.columns.map(([property]) => `<TableColumnItem><PropertyName>${property}</PropertyName></TableColumnItem>`)
  return `<View>
<Name>${table.type}</Name>
<ViewSelectedBy><TypeName>Deserialized.${table.type}</TypeName></ViewSelectedBy>
<TableControl>
<TableHeaders>${headers.join('')}</TableHeaders>
<TableRowEntries><TableRowEntry><TableColumnItems>${items.join('')}</TableColumnItems></TableRowEntry></TableRowEntries>
</TableControl>
</View>`
}
