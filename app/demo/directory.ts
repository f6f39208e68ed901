import { generateMailbox, type Mailbox, type MailboxPlace } from './mailboxes.ts'

export interface DirectorySettings {
  tenantId: string
  name: string
  domains: string[]
  mailboxes: number
}

export interface RecipientPermission {
  mailbox: string
  trustee: string
  accessRights: string[]
}

/** What a demo tenant holds: its mailboxes, made from its id when first asked for, and what was changed in this run. */
export class Directory implements MailboxPlace {
  readonly tenantId: string
  readonly name: string
  readonly domains: string[]
  readonly recipientPermissions: RecipientPermission[] = []
  private readonly count: number
  private list: Mailbox[] | null = null
  private index: Map<string, Mailbox> | null = null

  constructor(settings: DirectorySettings) {
    this.tenantId = settings.tenantId
    this.name = settings.name
    this.domains = settings.domains
    this.count = settings.mailboxes
  }

  get mailboxes(): readonly Mailbox[] {
    this.list ??= Array.from({ length: this.count }, (_, index) => generateMailbox(this, index))
    return this.list
  }

  /** The mailbox with this alias, address, user principal name, display name, GUID or distinguished name. */
  find(identity: string): Mailbox | undefined {
    const wanted = identity.replace(/^CN=([^,]+),.*$/i, '$1').toLowerCase()
    return this.indexed().get(wanted) ?? this.mailboxes.find((mailbox) => mailbox.displayName.toLowerCase() === wanted)
  }

  add(mailbox: Mailbox): void {
    this.list = [...this.mailboxes, mailbox]
    this.index = null
  }

  remove(mailbox: Mailbox): void {
    this.list = this.mailboxes.filter((other) => other !== mailbox)
    this.index = null
  }

  /** To be called after a name or address of a mailbox was changed. */
  reindex(): void {
    this.index = null
  }

  private indexed(): Map<string, Mailbox> {
    if (this.index) return this.index
    this.index = new Map()
    for (const mailbox of this.mailboxes) {
      const names = [mailbox.guid, mailbox.alias, mailbox.primaryAddress, mailbox.userPrincipalName, `${mailbox.alias}@${this.domains[0] ?? ''}`]
      for (const name of names) this.index.set(name.toLowerCase(), mailbox)
    }
    return this.index
  }
}
