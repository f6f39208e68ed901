import { failure } from '../failures.ts'

export const maxNameLength = 120

/** Characters that can't be seen or that turn a line's direction: a name with them could pass for another one. */
const unseen = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u

/** Two names that differ only in case or form count as one. */
export function sameName(a: string, b: string): boolean {
  return key(a) === key(b)
}

const key = (name: string) => name.normalize('NFKC').trim().toLowerCase()

/** Text holds characters that no name, group or folder has. */
export function hasUnseenCharacters(text: string): boolean {
  return unseen.test(text)
}

/**
 * A name as it is stored: trimmed, and nobody else's.
 *
 * @param taken names of the others
 * @param field the form's field, where it is not `name`
 * @throws TenantryError `name-missing`, `name-unusable`, `name-taken`
 */
export function checkName(text: string, taken: string[], field = 'name'): string {
  const name = text.trim()
  if (name === '') throw failure('name-missing', undefined, { field })
  if (name.length > maxNameLength || unseen.test(name)) throw failure('name-unusable', undefined, { field })
  if (taken.some((other) => sameName(other, name))) throw failure('name-taken', { name }, { field })
  return name
}

/** The name, or the name with the first free number after it, cut to what fits. */
export function freeName(wanted: string, taken: string[]): string {
  const used = new Set(taken.map(key))
  for (let number = 1; ; number += 1) {
    const end = number === 1 ? '' : ` ${number}`
    const name = wanted.slice(0, maxNameLength - end.length).trimEnd() + end
    if (!used.has(key(name))) return name
  }
}
