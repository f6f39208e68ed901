import type { Profile, SignInView } from '../../app/contract.ts'
import { groupProfiles, matchingIds, searchText } from './search.ts'

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
  readonly matching = $derived(matchingIds(this.#searchable, this.search))
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

  /** Takes a profile that was just saved, ahead of the event that tells all of them. */
  add(profile: Profile): void {
    this.all = [...this.all.filter(({ id }) => id !== profile.id), profile]
  }

  byId(id: string): Profile | undefined {
    return this.all.find((profile) => profile.id === id)
  }

  signInOf(profile: Profile): SignInView | undefined {
    return this.signIns.find((signIn) => signIn.id === profile.signInId)
  }
}
