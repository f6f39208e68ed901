import { singleQuoted } from '../powershell/single-quoted.ts'
import { scanPowerShell, type Placeholder } from './scan.ts'

/** What is asked for when a snippet is run. */
export interface SnippetParameter {
  name: string
  /** What stands in the field at first; null where something must be typed. */
  defaultValue: string | null
}

export const longestSnippet = 16_000
export const longestValue = 4000
const mostParameters = 30

/** A character that can't be seen, or that turns a line's direction; what joins letters and emoji is part of them. */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u

/**
 * A number as PowerShell and a person write it alike; with a leading zero it is rather a name, and beyond 15 digits it
 * would lose some.
 */
const plainNumber = /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,9})?$/

/** A snippet's text as it is kept: lines end with `\n`, and none is empty at the beginning or the end. */
export function tidySnippet(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/^(?:[^\S\n]*\n)+|\s+$/g, '')
}

/**
 * What a snippet asks for, each parameter once, in the order in which it stands there; capital and small letters count as
 * the same. `problem` is a sentence on why the text can't be used, null where it can.
 */
export function readSnippet(text: string): { parameters: SnippetParameter[]; problem: string | null } {
  const hidden = unseen.exec(text.replaceAll('\n', ' ').replaceAll('\t', ' '))
  if (hidden) return { parameters: [], problem: `In line ${lineAt(text, hidden.index)} is a character that can’t be seen (${codeOf(hidden[0])}).` }
  const { placeholders, problem } = scanPowerShell(text)
  const parameters = new Map<string, SnippetParameter>()
  for (const { name, defaultValue } of placeholders) {
    const known = parameters.get(name.toLowerCase())
    if (known && known.defaultValue !== null && defaultValue !== null && known.defaultValue !== defaultValue) {
      return { parameters: [...parameters.values()], problem: problem ?? `{{${known.name}}} has two defaults, “${known.defaultValue}” and “${defaultValue}”.` }
    }
    parameters.set(name.toLowerCase(), { name: known?.name ?? name, defaultValue: known?.defaultValue ?? defaultValue })
  }
  const tooMany = parameters.size > mostParameters ? `It asks for more than ${mostParameters} values.` : null
  const wrongDefault = [...parameters.values()].map(({ name, defaultValue }) => defaultValue !== null && valueProblem(defaultValue) && `The default of {{${name}}} can’t be used.`).find(Boolean)
  return { parameters: [...parameters.values()], problem: problem ?? tooMany ?? (wrongDefault || null) }
}

/** Why a value can't be put into a snippet, as a sentence; null where it can. */
export function valueProblem(value: string): string | null {
  const hidden = unseen.exec(value)
  if (hidden) return `It holds a character that can’t be seen (${codeOf(hidden[0])}).`
  return value.length > longestValue ? `It is longer than ${longestValue.toLocaleString('en')} characters.` : null
}

/**
 * A value as PowerShell reads it back: a text in single quotes; a plain number as it is, so that it stays a number.
 */
export function powerShellLiteral(value: string): string {
  return plainNumber.test(value) ? value : singleQuoted(value)
}

/**
 * The snippet with its values in their places. `missing` is the first parameter that has neither a value nor a default.
 *
 * @param values by the parameters' names, in any case
 * @throws where `readSnippet` or `valueProblem` finds a problem: ask them first
 */
export function fillSnippet(text: string, values: Readonly<Record<string, string>>): { text: string } | { missing: string } {
  const { parameters, problem } = readSnippet(text)
  if (problem !== null) throw new Error(problem)
  const typed = new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]))
  const filled = new Map<string, string>()
  for (const { name, defaultValue } of parameters) {
    const value = typed.get(name.toLowerCase()) ?? defaultValue
    if (value === null || (value === '' && defaultValue === null)) return { missing: name }
    const wrong = valueProblem(value)
    if (wrong !== null) throw new Error(wrong)
    filled.set(name.toLowerCase(), powerShellLiteral(value))
  }
  return { text: withValues(text, scanPowerShell(text).placeholders, filled) }
}

function withValues(text: string, placeholders: readonly Placeholder[], filled: ReadonlyMap<string, string>): string {
  let result = ''
  let from = 0
  for (const { name, start, end } of placeholders) {
    result += text.slice(from, start) + filled.get(name.toLowerCase())!
    from = end
  }
  return result + text.slice(from)
}

const lineAt = (text: string, at: number) => text.slice(0, at).split('\n').length
const codeOf = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`
