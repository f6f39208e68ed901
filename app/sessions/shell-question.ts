/** A question that a shell is asked, one at a time. */
export class ShellQuestion<Answer> {
  readonly #patienceMs: number
  #settle: (answer: Answer) => void = () => {}
  /** Answers that were not waited for, and come yet. */
  #late = 0

  /** @param patienceMs how long an answer is waited for */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs
  }

  /** Sends the question, and waits for the answer; null where none came in time. */
  ask(send: () => void): Promise<Answer | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#late++
        resolve(null)
      }, this.#patienceMs)
      this.#settle = (answer) => {
        clearTimeout(timer)
        resolve(answer)
      }
      send()
    })
  }

  /** Takes what the shell answered. */
  answered(answer: Answer): void {
    if (this.#late > 0) this.#late--
    else this.#settle(answer)
  }
}
