/** What a JSON text holds; null where the text is broken, as where it holds `null`. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Whether a text is JSON as a service answers: an object, a list or `null`, and no bare word or number. */
export function isJsonAnswer(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** Whether a value is an object with names in it; a list is none. */
export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
