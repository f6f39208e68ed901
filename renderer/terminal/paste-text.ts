/** A piece of a pasted text: what is kept, or what is left out, with a sign that can be seen and its name. */
export type PastePiece = { kept: string } | { sign: string; name: LeftOut }

export type LeftOut = keyof typeof leftOutNames

/** What is left out of every paste, in the words for one and for several of it. */
export const leftOutNames = {
  'paste-end': ['sequence that ends a paste', 'sequences that end a paste'],
  sequence: ['terminal sequence', 'terminal sequences'],
  control: ['control character', 'control characters'],
  direction: ['character that turns the reading direction', 'characters that turn the reading direction'],
  'zero-width': ['character of no width', 'characters of no width'],
  invisible: ['invisible character', 'invisible characters']
} as const

export interface CleanPaste {
  /** What may be pasted: lines with `\n` between them, none empty at the beginning or the end. */
  text: string
  lines: number
  /** The whole text for whoever looks at it before. */
  pieces: PastePiece[]
  leftOut: Partial<Record<LeftOut, number>>
}

/** Word's line break inside a paragraph is a vertical tab; the others are line ends in Unicode. */
const lineEnds = /\r\n?|[\v\f\u0085\u2028\u2029]/g

// One place after the other, so that what is left out can't make a sequence of what was around it: no escape is ever kept.
const suspects = new RegExp(
  [
    String.raw`(?<sequence>(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]P_^X]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]{0,4096}(?:\x07|\x1b\\|\x9c))`,
    String.raw`(?<control>[\x00-\x08\x0b-\x1f\x7f-\x9f])`,
    String.raw`(?<direction>[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])`,
    String.raw`(?<width>[\u00ad\u034f\u180e\u200b-\u200d\u2060\ufeff])`,
    String.raw`(?<invisible>[\p{Cf}\p{Cs}\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\uffa0\ufe00-\ufe0f\u{e0100}-\u{e01ef}])`
  ].join('|'),
  'gu'
)

/** These stand before numbers and can be seen, although Unicode counts them as format characters. */
const visibleFormat = /^[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]$/u
const joiningScripts =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}]$/u

/** Whether a character that can't be seen is part of one that can: of an emoji, of a script that joins its letters, of a Han letter's form. */
function belongs(character: string, before: string, after: string): boolean {
  if (visibleFormat.test(character)) return true
  if (character === '\u200d' && /\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]*$/u.test(before)) return /^\p{Extended_Pictographic}/u.test(after)
  if (character === '\u200c' || character === '\u200d') return joiningScripts.test(before)
  if (character === '\ufe0e' || character === '\ufe0f') return /\p{Extended_Pictographic}$/u.test(before) || (/[\d#*]$/.test(before) && after.startsWith('\u20e3'))
  if (/[\ufe00-\ufe02\u{e0100}-\u{e01ef}]/u.test(character)) return /\p{Script=Han}$/u.test(before)
  return false
}

/**
 * Reads what is to be pasted: line ends become one kind, and whatever can't be seen is left out and counted, so that what
 * a person sees is what the shell gets. Empty lines around it go too: nothing runs before Enter is pressed.
 */
export function cleanPaste(text: string): CleanPaste {
  const plain = text.replace(lineEnds, '\n').replace(/^(?:[ \t]*\n)+|\s+$/g, '')
  const pieces: PastePiece[] = []
  const leftOut: CleanPaste['leftOut'] = {}
  let keptUpTo = 0
  const keep = (until: number) => {
    if (until > keptUpTo) pieces.push({ kept: plain.slice(keptUpTo, until) })
  }
  for (const match of plain.matchAll(suspects)) {
    const [found] = match
    const name = nameOf(match)
    const around = (start: number, end: number) => plain.slice(Math.max(start, 0), end)
    if (found.length <= 2 && belongs(found, around(match.index - 8, match.index), around(match.index + found.length, match.index + found.length + 4))) continue
    keep(match.index)
    keptUpTo = match.index + found.length
    pieces.push({ sign: signOf(found), name })
    leftOut[name] = (leftOut[name] ?? 0) + 1
  }
  keep(plain.length)
  const kept = pieces.map((piece) => ('kept' in piece ? piece.kept : '')).join('')
  return { text: kept, lines: kept.split('\n').length, pieces, leftOut }
}

function nameOf({ 0: found, groups }: RegExpMatchArray): LeftOut {
  if (groups?.sequence) return /\[20[01]~$|\x9b20[01]~$/.test(found) ? 'paste-end' : 'sequence'
  if (groups?.control) return 'control'
  if (groups?.direction) return 'direction'
  return groups?.width ? 'zero-width' : 'invisible'
}

const controlNames = 'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(' ')

/** Control characters by their names, since few fonts have a sign for them, the rest of a sequence as it is, others by their numbers. */
function signOf(found: string): string {
  const signs = [...found].map((character) => {
    const code = character.codePointAt(0)!
    if (code < 0x20) return controlNames[code]!
    if (code === 0x7f) return 'DEL'
    return code < 0x7f ? character : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  })
  const sign = signs.join('')
  return sign.length > 24 ? `${sign.slice(0, 23)}…` : sign
}

/** `2 terminal sequences and 1 character of no width`, or nothing. */
export function leftOutText(leftOut: CleanPaste['leftOut']): string {
  const parts = (Object.entries(leftOut) as Array<[LeftOut, number]>).map(([name, count]) => `${count} ${leftOutNames[name][count === 1 ? 0 : 1]}`)
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

export interface PasteSituation {
  isProduction: boolean
  /** The setting. */
  wantsPreview: boolean
}

/** Longer than anybody types, and long enough to keep a line editor busy for a while. */
const manyChars = 20_000

/** Whether a paste goes to the shell at once, or is looked at before. */
export function pasteDecision({ text, lines, leftOut }: CleanPaste, { isProduction, wantsPreview }: PasteSituation): 'nothing' | 'paste' | 'look' {
  // What was there can't be seen: who pasted it wants to know why nothing came.
  if (text === '') return Object.keys(leftOut).length > 0 ? 'look' : 'nothing'
  if (Object.keys(leftOut).length > 0 || text.length > manyChars) return 'look'
  return lines > 1 && (wantsPreview || isProduction) ? 'look' : 'paste'
}

/**
 * What xterm's paste is given. A program that takes a paste as one piece gets tabs as they are; a line editor that reads
 * it as keys would complete something at each.
 */
export function textToPaste(text: string, isBracketed: boolean): string {
  return isBracketed ? text : text.replaceAll('\t', '    ')
}
