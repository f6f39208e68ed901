/** How long a sentence stays. */
const noticeMs = 8000

/** What is said of a wish, for a while. */
export class Notice {
  /** Empty where there is nothing to say. */
  sentence = $state('')
  #timer: ReturnType<typeof setTimeout> | undefined

  say(sentence: string): void {
    this.sentence = sentence
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => (this.sentence = ''), noticeMs)
  }

  dispose(): void {
    clearTimeout(this.#timer)
  }
}
