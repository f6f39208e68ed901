import type { Profile, SessionView, Snippet } from '../../app/contract.ts'
import { searchFor } from '../../app/search-words.ts'
import type { Bridge } from '../bridge.ts'
import { canReceive } from '../broadcast/broadcast.svelte.ts'

/** The window's copy of the snippets, kept current by the main process. */
export class Snippets {
  all = $state.raw<Snippet[]>([])

  constructor(bridge: Bridge) {
    bridge.on('snippets.changed', ({ snippets }) => (this.all = snippets))
    bridge.onState((state) => {
      // A link that breaks meanwhile is told elsewhere; the next one asks again.
      if (state === 'connected') void bridge.call('snippets.list', null).then(({ snippets }) => (this.all = snippets), () => {})
    })
  }

  ofProfile(profileId: string): Snippet[] {
    return this.all.filter((snippet) => snippet.profileId === profileId)
  }
}

/** Where a snippet may run: in connected sessions, and one of a profile in its own alone. */
export function sessionsFor(snippet: Snippet, sessions: readonly SessionView[]): SessionView[] {
  return sessions.filter((session) => canReceive(session) && (snippet.profileId === null || session.profileId === snippet.profileId))
}

/** Whose a snippet is, in words. */
export function ownerOf({ profileId }: Snippet, profiles: readonly Profile[]): string {
  return profileId === null ? 'all tenants' : (profiles.find(({ id }) => id === profileId)?.name ?? 'a tenant that is gone')
}

/** The snippets that have every word of a search in their name, their text or their tenant's name. */
export function foundSnippets(snippets: readonly Snippet[], profiles: readonly Profile[], search: string): Snippet[] {
  const isFound = searchFor(search)
  return snippets.filter((snippet) => isFound([snippet.name, snippet.text, ownerOf(snippet, profiles)].join('\n').toLowerCase()))
}
