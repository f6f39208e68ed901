import { singleQuotes } from '../powershell/single-quoted.ts'

/** A placeholder as it stands in a text: `{{Name}}` or `{{Name=default}}`. */
export interface Placeholder {
  name: string
  /** Null where there is none. */
  defaultValue: string | null
  /** Where it begins, and the place after it. */
  start: number
  end: number
}

export interface Scan {
  /** Those that stand where a value can, in their order. */
  placeholders: Placeholder[]
  /** Why the text can't be used, as a sentence; null where it can. */
  problem: string | null
}

/** PowerShell takes typographic quotes for the plain ones. */
const doubleQuotes = '"“”„'
const isSingle = (character: string | undefined) => character !== undefined && singleQuotes.includes(character)
const isDouble = (character: string | undefined) => character !== undefined && doubleQuotes.includes(character)

const placeholder = /\{\{([\p{L}_](?:[\p{L}\p{N}_ -]{0,58}[\p{L}\p{N}_])?)(?:=([^\n{}]*))?\}\}/uy
const anyPlaceholder = new RegExp(placeholder.source, 'gu')
/** A quoted value is a value of its own between these; beside anything else PowerShell would join or split it. */
const mayComeBefore = /^$|[\s([{,;|&=:+]/
const mayComeAfter = /^$|[\s)\]},;|&]/
/** A word ends here, and the next one begins. */
const wordEnd = /[\s;(){}|&,]/

type Bracket = '(' | '{'
/** What is open at a place: brackets, a text in double quotes, a here-string in double quotes. */
interface Open {
  kind: Bracket | 'text' | 'here'
  at: number
}

/**
 * Reads PowerShell as far as it takes to tell code from text: which placeholders stand in code, where a quoted value is
 * nothing but a value, and whether all that opens is closed. What can't be told for sure is a problem, never a guess.
 * Lines end with `\n`.
 */
export function scanPowerShell(text: string): Scan {
  const scanner = new Scanner(text)
  scanner.run()
  return { placeholders: scanner.placeholders, problem: scanner.problem }
}

class Scanner {
  readonly placeholders: Placeholder[] = []
  problem: string | null = null
  readonly #text: string
  readonly #open: Open[] = []
  readonly #comments: Array<{ start: number; end: number }> = []
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  run(): void {
    while (this.#at < this.#text.length && this.problem === null) {
      const inside = this.#open.at(-1)?.kind
      if (inside === 'text' || inside === 'here') this.#readText(inside)
      else this.#readCode()
    }
    const open = this.#open.at(-1)
    if (open) this.#fail(`${open.kind === 'text' || open.kind === 'here' ? 'a text in quotes' : `“${open.kind}”`} is not closed`, open.at)
    this.#checkPlaces()
  }

  #fail(what: string, at: number): void {
    this.problem ??= `In line ${this.#text.slice(0, at).split('\n').length} ${what}.`
  }

  #readCode(): void {
    const at = this.#at
    const character = this.#text[at]!
    const next = this.#text[at + 1]
    if (character === '`') this.#at += 2
    else if (character === '{' && this.#takePlaceholder()) return
    else if (character === '@' && (isSingle(next) || isDouble(next))) this.#readHereString()
    else if (isSingle(character)) this.#at = this.#endOfLiteral()
    else if (isDouble(character)) this.#push('text', 1)
    else if (character === '<' && next === '#') this.#readBlockComment()
    else if (character === '#') this.#readComment()
    else if (character === '$') this.#readDollar()
    else if (character === '(' || character === '{') this.#push(character, 1)
    else if (character === ')' || character === '}') this.#close(character)
    else if (this.#text.startsWith('--%', at)) this.#readVerbatim()
    else this.#at++
  }

  /** One step inside of double quotes, where code may stand in `$( )` again. */
  #readText(kind: 'text' | 'here'): void {
    const at = this.#at
    const [character, next, afterNext] = [this.#text[at], this.#text[at + 1], this.#text[at + 2]]
    if (character === '`') this.#at += 2
    else if (character === '$') this.#readDollar()
    else if (kind === 'text' && isDouble(character)) {
      this.#at += isDouble(next) ? 2 : 1
      if (!isDouble(next)) this.#open.pop()
    } else if (kind === 'here' && character === '\n' && isDouble(next) && afterNext === '@') {
      this.#at += 3
      this.#open.pop()
    } else this.#at++
  }

  /** `$( )`, `${a name}`, and the variables whose names are signs. */
  #readDollar(): void {
    const next = this.#text[this.#at + 1]
    if (next === '(') this.#push('(', 2)
    else if (next === '{') this.#at = this.#endOf('}', this.#at + 2, 'the name of a variable')
    else this.#at += next !== undefined && '$?^'.includes(next) ? 2 : 1
  }

  #push(kind: Open['kind'], length: number): void {
    this.#open.push({ kind, at: this.#at })
    this.#at += length
  }

  #close(character: ')' | '}'): void {
    const opener = character === ')' ? '(' : '{'
    if (this.#open.at(-1)?.kind !== opener) this.#fail(`“${character}” closes nothing`, this.#at)
    this.#open.pop()
    this.#at++
  }

  #takePlaceholder(): boolean {
    placeholder.lastIndex = this.#at
    const found = placeholder.exec(this.#text)
    if (!found) return false
    this.placeholders.push({ name: found[1]!, defaultValue: found[2] ?? null, start: this.#at, end: placeholder.lastIndex })
    this.#at = placeholder.lastIndex
    return true
  }

  /** The place after a text in single quotes. */
  #endOfLiteral(): number {
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      if (!isSingle(this.#text[at])) continue
      if (!isSingle(this.#text[at + 1])) return at + 1
      at++
    }
    this.#fail('a text in quotes is not closed', this.#at)
    return this.#text.length
  }

  /** The place after the next `character` that no backtick stands before. */
  #endOf(character: string, from: number, what: string): number {
    for (let at = from; at < this.#text.length; at++) {
      if (this.#text[at] === '`') at++
      else if (this.#text[at] === character) return at + 1
    }
    this.#fail(`${what} is not closed`, this.#at)
    return this.#text.length
  }

  #readHereString(): void {
    const header = /^@.[^\S\n]*(?=\n)/.exec(this.#text.slice(this.#at))?.[0]
    if (header === undefined) return this.#fail('a here-string has something behind its first sign', this.#at)
    const isLiteral = isSingle(this.#text[this.#at + 1])
    // Its end is looked for from the header's own line end on: it may be empty.
    if (!isLiteral) return this.#push('here', header.length)
    const from = this.#at + header.length
    const end = new RegExp(`\n[${singleQuotes}]@`).exec(this.#text.slice(from))
    if (!end) this.#fail('a text in quotes is not closed', this.#at)
    this.#at = end ? from + end.index + end[0].length : this.#text.length
  }

  #readBlockComment(): void {
    const end = this.#text.indexOf('#>', this.#at + 2)
    if (end < 0) this.#fail('a comment is not closed', this.#at)
    this.#skipComment(end < 0 ? this.#text.length : end + 2)
  }

  /** In the middle of a word # is a letter like any other; after some signs only PowerShell knows. */
  #readComment(): void {
    const before = this.#text.slice(0, this.#at)
    if (before === '' || wordEnd.test(before.at(-1)!)) {
      const end = this.#text.indexOf('\n', this.#at)
      return this.#skipComment(end < 0 ? this.#text.length : end)
    }
    let start = this.#at
    while (start > 0 && !wordEnd.test(before[start - 1]!)) start--
    const word = before.slice(start)
    if (!/^\p{L}/u.test(word) || [...word].some((character) => isSingle(character) || isDouble(character))) return this.#fail('write a space before #, or put the text around it in quotes: it could be a comment', this.#at)
    this.#at++
  }

  #skipComment(end: number): void {
    this.#comments.push({ start: this.#at, end })
    this.#at = end
  }

  /** Behind --% all of the line is text, up to a pipe that stands in no double quotes. */
  #readVerbatim(): void {
    const before = this.#text[this.#at - 1]
    const after = this.#text[this.#at + 3]
    if ((before !== undefined && !/\s/.test(before)) || (after !== undefined && !/\s/.test(after))) return this.#fail('--% must stand between spaces', this.#at)
    let isQuoted = false
    for (this.#at += 3; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!
      if (character === '\n') return
      if (character === '"') isQuoted = !isQuoted
      if (!isQuoted && (character === '|' || this.#text.startsWith('&&', this.#at))) return
    }
  }

  /** Every placeholder must stand where a value can, by itself; in a comment it is none. */
  #checkPlaces(): void {
    for (const { index, 0: shown, 1: name } of this.#text.matchAll(anyPlaceholder)) {
      if (this.#comments.some(({ start, end }) => index >= start && index < end)) continue
      const isFound = this.placeholders.some(({ start }) => start === index)
      if (!isFound) this.#fail(`{{${name}}} stands in quotes or in another text, where no value can be put safely: take it out, as in 'Dear ' + {{${name}}}`, index)
      else if (!mayComeBefore.test(this.#text.slice(index - 1, index)) || /`[^\n]$/.test(this.#text.slice(index - 2, index)) || !mayComeAfter.test(this.#text.slice(index + shown.length, index + shown.length + 1))) {
        this.#fail(`{{${name}}} must stand by itself: put a space, a bracket or a comma before and after it`, index)
      }
    }
  }
}
