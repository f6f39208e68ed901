/** Long enough to tell names apart, short enough for a job's name. */
const mostChars = 40

/** A name of small letters, digits and hyphens alone, fit for a file, a job and a shell's line; `otherwise` where nothing is left. */
export function slugOf(name: string, otherwise: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase().replace(/[^a-z0-9]+/g, '-')
  // A long one ends after a word where it has several.
  const whole = plain.length > mostChars ? plain.slice(0, mostChars + 1).replace(/(.)-[^-]*$/, '$1') : plain
  return whole.slice(0, mostChars).replace(/^-+|-+$/g, '') || otherwise
}

/** Slugs of names, in their order, each once: a later one of the same name gets a number. */
export function slugsOf(names: readonly string[], otherwise: string): string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const plain = slugOf(name, otherwise)
    let slug = plain
    for (let number = 2; taken.has(slug); number++) slug = `${plain}-${number}`
    taken.add(slug)
    return slug
  })
}
