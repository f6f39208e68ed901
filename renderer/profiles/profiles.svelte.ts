import type { Profile, SignInView } from '../../app/contract.ts'

export interface ProfileGroup {
  name: string
  profiles: Profile[]
}

/** The tenants as the sidebar shows them: all of them by group, which match the search, which is selected. */
export class Profiles {
  all = $state.raw<Profile[]>([])
  signIns = $state.raw<SignInView[]>([])
  search = $state('')
  selectedId = $state<string | null>(null)
  isLoaded = $state(false)

  readonly groups = $derived(groupProfiles(this.all))
  readonly #searchable = $derived(this.all.map((profile) => ({ id: profile.id, text: searchText(profile) })))
  /** Ids of the profiles that contain every word of the search. */
  readonly matching = $derived.by(() => {
    const words = this.search.toLowerCase().split(/\s+/).filter(Boolean)
    const found = this.#searchable.filter(({ text }) => words.every((word) => text.includes(word)))
    return new Set(found.map(({ id }) => id))
  })
  readonly selected = $derived(this.all.find((profile) => profile.id === this.selectedId) ?? null)
  readonly groupNames = $derived(this.groups.map((group) => group.name).filter(Boolean))
  /** In the order of the screen. */
  readonly visible = $derived(
    this.groups.flatMap((group) => group.profiles).filter((profile) => this.matching.has(profile.id))
  )

  take(news: { profiles: Profile[]; signIns: SignInView[] }): void {
    this.all = news.profiles
    this.signIns = news.signIns
    this.isLoaded = true
    if (!this.selected) this.selectedId = null
  }

  byId(id: string): Profile | undefined {
    return this.all.find((profile) => profile.id === id)
  }

  signInOf(profile: Profile): SignInView | undefined {
    return this.signIns.find((signIn) => signIn.id === profile.signInId)
  }
}

function searchText(profile: Profile): string {
  const { name, group, domain, initialDomain, tenantId, environment, notes } = profile
  return [name, group, domain, initialDomain ?? '', tenantId ?? '', environment, notes].join('\n').toLowerCase()
}

/** Groups and the profiles inside them in the order of the alphabet; profiles without a group come last. */
function groupProfiles(profiles: Profile[]): ProfileGroup[] {
  const byName = new Map<string, Profile[]>()
  for (const profile of profiles) byName.set(profile.group, [...(byName.get(profile.group) ?? []), profile])
  const compare = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' }).compare
  return [...byName]
    .map(([name, members]) => ({ name, profiles: members.sort((a, b) => compare(a.name, b.name)) }))
    .sort((a, b) => Number(!a.name) - Number(!b.name) || compare(a.name, b.name))
}
