/** Whether a text is a GUID as Entra writes them, in small or capital letters, and nothing else. */
export const isGuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

/** A GUID in lower case, and nothing else: what stands in a token or a profile goes into commands that are pasted into a shell. */
export function guidOf(value: unknown): string | null {
  return typeof value === 'string' && isGuid(value) ? value.toLowerCase() : null
}
