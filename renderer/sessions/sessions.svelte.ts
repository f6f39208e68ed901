import { SvelteMap } from 'svelte/reactivity'
import type { Failure, SessionView } from '../../app/contract.ts'

/** How each phase begins its line in the strip. */
export const phaseWords: Record<SessionView['phase'], string> = {
  restored: 'Not connected',
  starting: 'Starting',
  'signing-in': 'Signing in',
  connecting: 'Connecting',
  connected: 'Connected',
  failed: 'Failed',
  closed: 'Closed'
}

/** The phase and what is happening, without saying the phase twice. */
export function phaseText({ phase, detail }: Pick<SessionView, 'phase' | 'detail'>): string {
  const word = phaseWords[phase]
  if (!detail) return word
  return detail.startsWith(word) ? detail : `${word} · ${detail}`
}

/** What is wrong with a session, as its alert says it: why it is not connected, or why its token is not renewed. */
export function problemOf({ phase, failure, renewal }: SessionView): Failure | null {
  const notRenewed = renewal && (renewal.state === 'failing' || renewal.state === 'stopped') ? renewal.problem : null
  // A token that ends is more urgent than what a connected session can live with.
  return phase === 'connected' ? (notRenewed ?? failure) : (failure ?? notRenewed)
}

/** The open sessions, in the core's order: that in which they were opened. Tabs (renderer/panes/) say where they are seen. */
export class Sessions {
  all = $state.raw<SessionView[]>([])
  activeId = $state<string | null>(null)
  readonly active = $derived(this.all.find((session) => session.id === this.activeId) ?? null)
  /** The number of a session among its profile's; kept while it lives, so that nothing changes its name. */
  readonly #numbers = new SvelteMap<string, number>()

  /** Takes the whole list, as after a reload; `activeId` was in front before, where that is known. */
  replace(sessions: SessionView[], activeId: string | null): void {
    this.all = sessions
    for (const session of this.all) this.#number(session)
    if (!this.active) this.activeId = activeId ?? this.all.at(-1)?.id ?? null
  }

  /** Takes one session's news; a session that is new stands at the end. */
  take(session: SessionView): void {
    this.#number(session)
    const isKnown = this.all.some(({ id }) => id === session.id)
    this.all = isKnown ? this.all.map((old) => (old.id === session.id ? session : old)) : [...this.all, session]
    if (!this.active) this.activeId = session.id
  }

  remove(id: string): void {
    this.all = this.all.filter((session) => session.id !== id)
    this.#numbers.delete(id)
    if (this.activeId === id) this.activeId = null
  }

  byId(id: string): SessionView | undefined {
    return this.all.find((session) => session.id === id)
  }

  /** Its name: the profile's, with a number from its second session on. */
  title(session: SessionView): string {
    const number = this.#numbers.get(session.id) ?? 1
    return number > 1 ? `${session.name} (${number})` : session.name
  }

  ofProfile(profileId: string): SessionView[] {
    return this.all.filter((session) => session.profileId === profileId)
  }

  #number(session: SessionView): void {
    if (this.#numbers.has(session.id)) return
    const taken = this.ofProfile(session.profileId).filter(({ service }) => service === session.service).map(({ id }) => this.#numbers.get(id))
    let number = 1
    while (taken.includes(number)) number++
    this.#numbers.set(session.id, number)
  }
}
