import type { Profile } from '../../app/contract.ts'
import { searchFor } from '../../app/search-words.ts'

export interface ProfileGroup {
  name: string
  profiles: Profile[]
}

/** Ids of those that contain every word of the search, whatever the case. */
export function matchingIds(searchable: ReadonlyArray<{ id: string; text: string }>, search: string): Set<string> {
  const isFound = searchFor(search)
  return new Set(searchable.filter(({ text }) => isFound(text)).map(({ id }) => id))
}

/** What a search looks through, in lower case. */
export function searchText(profile: Profile): string {
  const { name, group, domain, initialDomain, tenantId, environment, notes } = profile
  return [name, group, domain, initialDomain ?? '', tenantId ?? '', environment, notes].join('\n').toLowerCase()
}

/** Groups and the profiles inside them in the order of the alphabet; profiles without a group come last. */
export function groupProfiles(profiles: Profile[]): ProfileGroup[] {
  const byName = new Map<string, Profile[]>()
  for (const profile of profiles) {
    const members = byName.get(profile.group)
    if (members) members.push(profile)
    else byName.set(profile.group, [profile])
  }
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }).compare
  return [...byName]
    .map(([name, members]) => ({ name, profiles: members.sort((a, b) => compare(a.name, b.name)) }))
    .sort((a, b) => Number(!a.name) - Number(!b.name) || compare(a.name, b.name))
}
