/** Keeps the machine from sleeping for as long as somebody wants it to. */
export class KeepAwake {
  readonly #keep: (on: boolean) => void
  readonly #wanted = new Set<string>()

  constructor(keep: (on: boolean) => void) {
    this.#keep = keep
  }

  for(who: string, on: boolean): void {
    if (on) this.#wanted.add(who)
    else this.#wanted.delete(who)
    this.#keep(this.#wanted.size > 0)
  }
}
