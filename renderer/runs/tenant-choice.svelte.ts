import { SvelteSet } from 'svelte/reactivity'
import type { Profile } from '../../app/contract.ts'
import { groupProfiles, matchingIds } from '../profiles/search.ts'

type Environment = Profile['environment']

/** A group or an environment that can be looked at alone, with how many tenants are in it. */
export interface Part {
  value: string
  label: string
  count: number
}

const environments: readonly Environment[] = ['production', 'test', 'lab']
const environmentLabels: Record<Environment, string> = { production: 'Production', test: 'Test', lab: 'Lab' }

/** Which tenants a run goes to: the ones that are chosen, and the ones that a search, a group and an environment leave to look at. */
export class TenantChoice {
  readonly #chosen = new SvelteSet<string>()
  readonly #profiles: () => Profile[]
  search = $state('')
  /** A group's name as a part's value; empty for all of them. */
  group = $state('')
  environment = $state<Environment | ''>('')
  /** In the order of the sidebar. */
  readonly all = $derived.by(() => groupProfiles(this.#profiles()).flatMap(({ profiles }) => profiles))
  readonly #searchable = $derived.by(() => this.all.map((profile) => ({ id: profile.id, text: searchText(profile) })))
  readonly found: Profile[] = $derived.by(() => {
    const matching = matchingIds(this.#searchable, this.search)
    return this.all.filter((profile) => matching.has(profile.id) && (this.group === '' || valueOf(profile.group) === this.group) && (this.environment === '' || profile.environment === this.environment))
  })
  readonly groups: Part[] = $derived.by(() => groupProfiles(this.#profiles()).map(({ name, profiles }) => ({ value: valueOf(name), label: name || 'No group', count: profiles.length })))
  readonly environments: Part[] = $derived.by(() =>
    environments.map((value) => ({ value, label: environmentLabels[value], count: this.all.filter(({ environment }) => environment === value).length })).filter(({ count }) => count > 0)
  )
  /** Those that are there still: a profile may go while the choice is open. */
  readonly chosen: Profile[] = $derived.by(() => this.all.filter(({ id }) => this.#chosen.has(id)))
  readonly production: number = $derived.by(() => this.chosen.filter(({ environment }) => environment === 'production').length)

  constructor(profiles: () => Profile[]) {
    this.#profiles = profiles
  }

  has(id: string): boolean {
    return this.#chosen.has(id)
  }

  set(ids: Iterable<string>, isChosen: boolean): void {
    for (const id of ids) {
      if (isChosen) this.#chosen.add(id)
      else this.#chosen.delete(id)
    }
  }

  /** These and no others. */
  replace(ids: Iterable<string>): void {
    this.#chosen.clear()
    this.set(ids, true)
  }

  /** None is chosen, and all are to be seen. */
  clear(): void {
    this.replace([])
    Object.assign(this, { search: '', group: '', environment: '' })
  }
}

/** What a search looks through: what is seen of a tenant, and no ids, since what is found can be chosen at one go. */
function searchText({ name, group, domain, initialDomain, environment }: Profile): string {
  return [name, group, domain, initialDomain ?? '', environment].join('\n').toLowerCase()
}

/** A group without a name has a value too, other than that of all groups. */
const valueOf = (group: string) => `group ${group}`
