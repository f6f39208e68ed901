import { removed, withoutSecrets } from '../command-log/redact.ts'

/** Of the script's first line, for a run that was given no title. */
const titleChars = 80

/**
 * A script as it may be kept and shown: without the secrets that PowerShell's parser found, and without what only looks
 * like one.
 *
 * @param places beginnings and ends of what the parser found, from the end; what is no place takes everything with it
 */
export function keptScript(script: string, places: readonly number[] = []): { script: string; isRedacted: boolean } {
  let text = script
  let before = script.length
  for (let at = 0; at < places.length; at += 2) {
    const [start, end] = [places[at]!, places[at + 1] ?? -1]
    if (start > end || end > before) return { script: removed, isRedacted: true }
    text = text.slice(0, start) + removed + text.slice(end)
    before = start
  }
  text = withoutSecrets(text)
  return { script: text, isRedacted: text !== script }
}

export function titleOf(script: string): string {
  const line = script.trim().split('\n')[0]!.trim()
  return line.length > titleChars ? `${line.slice(0, titleChars)}…` : line
}
