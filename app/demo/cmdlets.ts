import type { CmdletHandler } from './cmdlet-model.ts'
import { mailboxCmdlets } from './mailbox-cmdlets.ts'
import { organizationCmdlets } from './organization-cmdlets.ts'
import { recipientCmdlets } from './recipient-cmdlets.ts'

/** What each cmdlet does; `*` answers for the generated ones. */
export const cmdletHandlers: Record<string, CmdletHandler> = {
  ...mailboxCmdlets,
  ...recipientCmdlets,
  ...organizationCmdlets,
  '*': ({ definition }) => {
    const [verb, noun] = definition.name.split('-')
    const items = verb === 'Get' && /Policy$|Config$|Label$|Tag$/.test(noun ?? '') ? ['Default', 'Custom'] : []
    return {
      items,
      show: (name: string) => ({ Name: name, Identity: name, IsDefault: name === 'Default', IsValid: true, ObjectState: 'Unchanged' })
    }
  }
}
