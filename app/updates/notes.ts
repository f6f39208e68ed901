const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'" }
/** Nobody reads more before a restart. */
const maxChars = 10_000
/** Control characters, and the marks that turn a line's direction round. */
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g

/**
 * Release notes as plain text, whatever a server sent: HTML (GitHub's feed), Markdown, or a list by version. The window
 * shows it as text, so what is left of a tag is only ever read.
 */
export function notesAsText(notes: unknown): string {
  if (Array.isArray(notes)) {
    const parts = notes.map((one: { version?: unknown; note?: unknown }) => `${String(one?.version ?? '')}\n${notesAsText(one?.note)}`)
    return parts.join('\n\n').trim().slice(0, maxChars)
  }
  if (typeof notes !== 'string') return ''
  const withoutTags = notes
    .slice(0, maxChars * 10)
    .replace(/\r\n?/g, '\n')
    .replace(/<(script|style|head|title)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<li\b[^>]*>/gi, '\n- ')
    .replace(/<(?:br|\/p|\/h[1-6]|\/li|\/ul|\/ol|\/div|\/tr)\b[^>]*>/gi, '\n')
    .replace(/<\/?[a-z][^>]*(?:>|$)/gi, '')
  const decoded = withoutTags.replace(/&(#?\w{1,8});/g, (whole, name: string) => entities[name] ?? whole)
  return decoded.replace(unprintable, '').replace(/[ \t]+\n/g, '\n').replace(/\n{3,}/g, '\n\n').trim().slice(0, maxChars)
}
