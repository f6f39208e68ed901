/** The words of a search, in lower case. */
export function wordsOf(search: string): string[] {
  return search.toLowerCase().split(/\s+/).filter(Boolean)
}

/** Whether every word of a search stands somewhere in a text; texts are in lower case, as a long list has them once for all keys. */
export function searchFor(search: string): (text: string) => boolean {
  const words = wordsOf(search)
  return (text) => words.every((word) => text.includes(word))
}
