import { guidFrom } from './guid.ts'
import { formatSize, type Mailbox } from './mailboxes.ts'

/** Folders of every mailbox, their type, and their share of what is in it. */
const folders: Array<[path: string, type: string, share: number]> = [
  ['/Top of Information Store', 'Root', 0], ['/Archive', 'Archive', 0.1], ['/Calendar', 'Calendar', 0.07], ['/Contacts', 'Contacts', 0.02],
  ['/Conversation History', 'ConversationHistory', 0.01], ['/Deleted Items', 'DeletedItems', 0.05], ['/Drafts', 'Drafts', 0.01], ['/Inbox', 'Inbox', 0.42],
  ['/Inbox/Projects', 'User Created', 0.08], ['/Journal', 'Journal', 0], ['/Junk Email', 'JunkEmail', 0.02], ['/Notes', 'Notes', 0.01], ['/Outbox', 'Outbox', 0],
  ['/Sent Items', 'SentItems', 0.2], ['/Tasks', 'Tasks', 0.01], ['/Recoverable Items', 'RecoverableItemsRoot', 0], ['/Deletions', 'RecoverableItemsDeletions', 0.04]
]

/** What Get-EXOMailboxFolderStatistics shows of a mailbox, one row per folder. */
export function folderStatistics(mailbox: Mailbox): Array<Record<string, unknown>> {
  const created = new Date(mailbox.createdAt).toISOString()
  return folders.map(([path, type, share]) => {
    const items = Math.floor(mailbox.itemCount * share)
    const size = formatSize(Math.floor(mailbox.sizeBytes * share))
    const id = guidFrom(`folder ${mailbox.guid} ${path}`)
    return {
      Name: path.split('/').pop(), Identity: `${mailbox.alias}${path.replace(/\//g, '\\')}`, FolderPath: path, FolderId: Buffer.from(id).toString('base64'), FolderType: type,
      CreationTime: created, LastModifiedTime: created, Date: created, ItemsInFolder: items, DeletedItemsInFolder: 0, FolderSize: size,
      ItemsInFolderAndSubfolders: items, DeletedItemsInFolderAndSubfolders: 0, FolderAndSubfolderSize: size, VisibleItemsInFolder: items, HiddenItemsInFolder: 0,
      ContentMailboxGuid: mailbox.guid, Movable: type === 'User Created', RecoverableItemsFolder: type.startsWith('RecoverableItems')
    }
  })
}
