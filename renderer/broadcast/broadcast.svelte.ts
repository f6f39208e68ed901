import type { SessionView } from '../../app/contract.ts'

/** A session's terminal in the window, as far as it takes what is typed in another one. */
export interface Receiver {
  /** Attaches it to its session, where nobody has looked at it yet. */
  start(): void
  /** Keys, as a terminal types them. */
  receive(data: string): void
  /** Takes a paste in the way that its program takes one. */
  receivePaste(text: string): void
  readonly isBracketed: boolean
}

/** What is to be known of the sessions. */
export interface Broadcasted {
  byId(id: string): SessionView | undefined
  title(session: SessionView): string
  isProduction(session: SessionView): boolean
}

/**
 * What is typed in one of several sessions goes to all of them. Held in the window alone, so that neither a reload nor the
 * lock leaves it on. A session that is not connected any more is left out for good; with fewer than two it is over.
 */
export class Broadcast {
  /** Those it was switched on for, as far as they are open. */
  chosen = $state.raw<readonly string[]>([])
  /** Those of them that get nothing any more. */
  leftOut = $state.raw<readonly string[]>([])
  /** Those for which a yes is waited for, since one is of production. */
  asked = $state.raw<readonly string[] | null>(null)
  readonly receivers: readonly string[] = $derived(this.chosen.filter((id) => !this.leftOut.includes(id)))
  readonly isOn = $derived(this.receivers.length > 0)
  readonly #sessions: Broadcasted
  readonly #onEnded: (sentence: string) => void
  readonly #terminals = new Map<string, Receiver>()
  #isProductionKnown = false

  /** @param onEnded told, as a sentence, why it ended by itself */
  constructor(sessions: Broadcasted, onEnded: (sentence: string) => void) {
    this.#sessions = sessions
    this.#onEnded = onEnded
  }

  /** Switches it on; where one of the sessions is of production, once that is confirmed (`answer`). */
  begin(ids: readonly string[]): void {
    const able = ids.filter((id) => canReceive(this.#sessions.byId(id)))
    if (able.length < 2) return
    if (this.productionOf(able).length > 0) this.asked = able
    else this.#switchOn(able)
  }

  answer(yes: boolean): void {
    const ids = this.asked?.filter((id) => canReceive(this.#sessions.byId(id))) ?? []
    this.asked = null
    if (yes && ids.length > 1) this.#switchOn(ids)
  }

  stop(): void {
    this.chosen = []
    this.leftOut = []
    this.#isProductionKnown = false
  }

  /** A session's terminal is there. Returns the undo. */
  join(id: string, terminal: Receiver): () => void {
    this.#terminals.set(id, terminal)
    if (this.receives(id)) terminal.start()
    return () => {
      if (this.#terminals.get(id) === terminal) this.#terminals.delete(id)
    }
  }

  receives(id: string): boolean {
    return this.receivers.includes(id)
  }

  /** The names of the production sessions among these. */
  productionOf(ids: readonly string[]): string[] {
    return this.#views(ids).filter((session) => this.#sessions.isProduction(session)).map((session) => this.#sessions.title(session))
  }

  namesOf(ids: readonly string[]): string[] {
    return this.#views(ids).map((session) => this.#sessions.title(session))
  }

  /** The other terminals that get what is typed in this session. */
  othersOf(id: string): Receiver[] {
    if (!this.receives(id)) return []
    return this.receivers.filter((other) => other !== id).flatMap((other) => this.#terminals.get(other) ?? [])
  }

  /** Sessions changed, came or went: those that can't receive any more are left out, and say so. */
  look(): void {
    if (this.chosen.length === 0) return
    const open = this.chosen.filter((id) => this.#sessions.byId(id))
    if (open.length < this.chosen.length) this.chosen = open
    const lost = this.receivers.filter((id) => !canReceive(this.#sessions.byId(id)))
    if (lost.length > 0) this.leftOut = [...this.leftOut, ...lost]
    const [name] = this.namesOf(this.receivers)
    if (this.receivers.length < 2) this.#end(name ? `Broadcasting has ended: “${name}” alone is left.` : 'Broadcasting has ended: no session is left.')
    else if (!this.#isProductionKnown && this.productionOf(this.receivers).length > 0) this.#end(`Broadcasting has ended: “${this.productionOf(this.receivers)[0]}” is of production now.`)
  }

  #switchOn(ids: readonly string[]): void {
    this.leftOut = []
    this.chosen = ids
    this.#isProductionKnown = this.productionOf(ids).length > 0
    for (const id of ids) this.#terminals.get(id)?.start()
  }

  #end(sentence: string): void {
    this.stop()
    this.#onEnded(sentence)
  }

  #views(ids: readonly string[]): SessionView[] {
    return ids.flatMap((id) => this.#sessions.byId(id) ?? [])
  }
}

/** Whether a session's terminal can take what is typed in another one. */
export function canReceive(session: SessionView | undefined): boolean {
  return session?.phase === 'connected' && session.alive
}
