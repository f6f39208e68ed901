import { z } from 'zod'
import { profileSchema } from '../contract.ts'
import { failure } from '../failures.ts'
import { KeptFile, readVersioned, type Migrations } from '../kept-file.ts'
import { signInSchema } from './sign-in.ts'

export { NewerVersion, type Migrations, type Opened } from '../kept-file.ts'

export const fileVersion = 1

const contentSchema = z
  .object({ profiles: z.array(profileSchema), signIns: z.array(signInSchema) })
  .refine(({ profiles, signIns }) => areUnique(profiles) && areUnique(signIns), 'two have the same id')
/** What the file holds beside its version. */
export type Content = z.infer<typeof contentSchema>

function areUnique(things: Array<{ id: string }>): boolean {
  return new Set(things.map(({ id }) => id.toLowerCase())).size === things.length
}

/** Version 1 is the first one, so there is nothing yet. */
export const migrations: Migrations = {}

/**
 * Reads the file's text, brought up to this version.
 *
 * @throws NewerVersion where the text is of a later version, any other error where it is broken
 */
export function readContent(text: string, table: Migrations = migrations, version = fileVersion): Content {
  const content = contentSchema.parse(readVersioned(text, table, version))
  const known = new Set(content.signIns.map(({ id }) => id))
  // A profile whose sign-in is gone is still a tenant: it needs a sign-in, no more.
  const profiles = content.profiles.map((profile) => (profile.signInId && !known.has(profile.signInId) ? { ...profile, signInId: null } : profile))
  return { profiles, signIns: content.signIns }
}

/** The profiles' file; what can't be changed fails as `profiles-read-only`, `profiles-changed-elsewhere`, `profiles-not-written`. */
export class ProfilesFile extends KeptFile<Content> {
  /** @param now milliseconds since the epoch, for the name of a file set aside */
  constructor(folder: string, now?: number) {
    super({
      folder,
      ...(now === undefined ? {} : { now }),
      what: 'profiles',
      empty: { profiles: [], signIns: [] },
      read: readContent,
      rescuedNote: 'Tenantry started without its profiles, or with their last good copy. While this file is here it removes no secrets, histories and snippets of profiles that it does not know. Delete it once nothing is missing.\n',
      write: ({ profiles, signIns }) => `${JSON.stringify({ version: fileVersion, profiles, signIns }, null, 2)}\n`,
      failures: {
        readOnly: (reason) => failure('profiles-read-only', { reason }),
        changedElsewhere: () => failure('profiles-changed-elsewhere'),
        notWritten: (reason) => failure('profiles-not-written', { reason })
      }
    })
  }
}
