import { removed, withoutSecrets } from '../command-log/redact.ts'
import { isGuid } from '../guid.ts'

/** Names of what is secret beyond those that the command log knows by themselves. */
const secretName = String.raw`[\w.:-]*(?:pass(?:word|phrase|wd)?|pwd|secret|token|assertion|credential|code_verifier|device_code|nonce|pfx(?:base64)?|private[-_]?key|api[-_]?key|authorization|cookie)[\w-]*`

const patterns: ReadonlyArray<[RegExp, string]> = [
  // What has a secret's name, whatever it is: a log loses nothing by it.
  [new RegExp(String.raw`(\b${secretName}(?:\\*["'])?\s*[:=]\s*)(?!\[removed\])(?:\\*["'])?[^\s"'\\,;&}]+`, 'gi'), `$1${removed}`],
  // Base64 in lines, as in a PEM or a mail.
  [/(?:[A-Za-z0-9+/]{60,76}\\?[rn\s]+)+[A-Za-z0-9+/]+={0,2}/g, removed]
]

/** A run this long of base64's letters that changes between capitals, small letters and digits at every third is no word. */
const shortestRandom = 20
/** Random letters change at 62 of 100; names in camel case at 15 to 25. The longer the run, the surer either is. */
const changesOfRandom = (length: number) => (length < 32 ? 0.3 : 0.25)
const hexadecimal = /^(?=[a-fA-F]*\d)(?:[0-9a-f]{24,}|[0-9A-F]{24,})$/
const encoded = /[A-Za-z0-9+/_-]{12,}={0,2}/g
/** Encodings lie in each other: an address in an address, JSON in a form. */
const layers = 3

/**
 * A line without what is, or could be, a secret: what is named or looks like one, in clear or URL-encoded, escaped or in
 * base64, and everything that looks random. It takes too much rather than too little; a GUID stays.
 */
export function redact(text: string): string {
  return withoutEncoded(withoutClear(text), layers)
}

function withoutClear(text: string): string {
  return patterns.reduce((left, [pattern, instead]) => left.replace(pattern, instead), withoutSecrets(text))
}

function withoutEncoded(text: string, depth: number): string {
  const unescaped = text
    .replace(/[^\s"'<>]*(?:%[0-9a-f]{2}[^\s"'<>]*)+/gi, (run) => (isClean(percentDecoded(run), depth) ? run : removed))
    .replace(/\S*(?:\\u00[0-7][0-9a-f]\S*)+/gi, (run) => (isClean(unicodeDecoded(run), depth) ? run : removed))
  return unescaped.replace(encoded, (run) => {
    if (isGuid(run) || run === removed) return run
    if (looksRandom(run)) return removed
    const decoded = base64Decoded(run)
    return decoded === null || isClean(decoded, depth) ? run : removed
  })
}

function isClean(text: string, depth: number): boolean {
  const clear = withoutClear(text)
  return clear === text && (depth === 0 || withoutEncoded(text, depth - 1) === text)
}

function looksRandom(run: string): boolean {
  if (run.length < shortestRandom) return false
  if (hexadecimal.test(run)) return true
  const kinds = run.replace(/[^A-Za-z0-9]/g, '').replace(/[A-Z]/g, 'A').replace(/[a-z]/g, 'a').replace(/[0-9]/g, '0')
  let changes = 0
  for (let at = 1; at < kinds.length; at++) if (kinds[at] !== kinds[at - 1]) changes++
  return changes / kinds.length >= changesOfRandom(run.length)
}

function percentDecoded(run: string): string {
  return run.replaceAll('+', ' ').replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString())
}

function unicodeDecoded(run: string): string {
  return run.replace(/\\u(00[0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** The text that is in it; null where it is none. */
function base64Decoded(run: string): string | null {
  const text = Buffer.from(run, 'base64').toString('latin1')
  return text.length >= 8 && /^[\t\n\r\x20-\x7e]+$/.test(text) ? text : null
}
