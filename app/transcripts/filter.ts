import { removed, withoutSecrets } from '../command-log/redact.ts'

/** Shorter ones are words and numbers that stand everywhere. */
const shortestTyped = 6
/** The newest of what was typed as secrets; each line is looked through for all of them. */
const mostTyped = 100
/** A private key has fewer lines. */
const mostKeyLines = 200

const secretName = String.raw`(?:pass(?:word|phrase|wd|code)|\bpass|pwd|secret(?:text|value)?|token|(?:api|access|account|private|shared)[-_ ]?key|connection[-_ ]?string)["']?\s{0,40}[:=]`
/** What stands in the place of a value that is no secret, or was one. */
const noSecret = String.raw`(?:\[removed\]|true|false|null|\$null|\*+|\{\s*\}|System\.Security\.SecureString)\s*$`
/** `Password : word`, `Enter the client secret: word`: a name that ends as a secret's does, and what stands behind it. */
const named = new RegExp(String.raw`(${secretName}\s*)(?!${noSecret})(\S.*)$`, 'i')
/** What may be the next piece of a value that was too long for its line: Format-List breaks them at the window's width. */
const continued = /^(?:\s+\S+|\S{16,})\s*$/
const keyBegins = /-----BEGIN [^-]*PRIVATE KEY-----/
const keyEnds = /-----END [^-]*-----/

/**
 * Takes secrets out of what a transcript writes: out of commands as PowerShell's own parser tells them, and out of what is
 * printed by its look, by the name before it, and by what was typed as a secret in this session before.
 */
export class SecretFilter {
  /** The newest last. */
  #typed: string[] = []
  /** The line before ended in a secret. */
  #mayContinue = false
  #keyLines = 0

  /**
   * A command as it may be written.
   *
   * @param line as it was typed
   * @param cleaned what the shell left of it
   */
  command(line: string, cleaned: string): string {
    const left = withoutSecrets(cleaned)
    this.#learn(line, left)
    this.#mayContinue = false
    this.#keyLines = 0
    return this.#withoutTyped(left)
  }

  /** A line of output as it may be written; null where nothing of it may. */
  line(text: string): string | null {
    if (this.#keyLines > 0) {
      this.#keyLines = keyEnds.test(text) ? 0 : this.#keyLines - 1
      return null
    }
    if (this.#mayContinue && continued.test(text)) return null
    const left = this.sentence(text)
    if (keyBegins.test(text) && !keyEnds.test(text)) this.#keyLines = mostKeyLines
    this.#mayContinue = left !== text && left.endsWith(removed)
    return left
  }

  /** A text that is no part of the output, such as an error's sentence, as it may be written. */
  sentence(text: string): string {
    return text.split('\n').map((line) => withoutSecrets(this.#withoutTyped(line)).replace(named, `$1${removed}`)).join('\n')
  }

  #withoutTyped(text: string): string {
    return this.#typed.reduce((left, typed) => (left.includes(typed) ? left.replaceAll(typed, removed) : left), text)
  }

  /** Keeps what was taken out of a command: errors and programs repeat it. */
  #learn(line: string, left: string): void {
    for (const value of takenOut(line, left)) {
      for (const typed of [value, value.replaceAll("''", "'"), value.replaceAll('""', '"').replace(/`(.)/g, '$1')]) {
        if (typed.length >= shortestTyped && typed !== removed && !this.#typed.includes(typed)) this.#typed.push(typed)
      }
    }
    this.#typed = this.#typed.slice(-mostTyped)
  }
}

/** What stood in a text at the places that say `[removed]` now, without quotes, line by line. */
function takenOut(line: string, left: string): string[] {
  const [first = '', ...pieces] = left.split(removed)
  if (!line.startsWith(first)) return []
  const found: string[] = []
  let at = first.length
  for (const [index, piece] of pieces.entries()) {
    const until = piece === '' && index === pieces.length - 1 ? line.length : line.indexOf(piece, at)
    if (until < 0) return found
    const before = index === 0 ? first : pieces[index - 1]!
    // A credential typed as such is an account's name: in what is printed it is wanted.
    if (!/credential\W*$/i.test(before)) found.push(...line.slice(at, until).split(/\r?\n/).map((text) => text.replace(/^@?["'\s]+|["'\s]+@?$/g, '')))
    at = until + piece.length
  }
  return found
}
