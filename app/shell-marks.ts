// The sequences by which a session's shell marks its commands in its output: VS Code's OSC 633
// (https://code.visualstudio.com/docs/terminal/shell-integration), each with the shell's nonce as its last part. What a
// command prints is untrusted and can't know the nonce; a sequence without it is nobody's.

/** A mark of the shell's own. */
export type ShellMark =
  | { kind: 'prompt' }
  | { kind: 'input' }
  /** `line` is the start of what was typed where `isCut`. */
  | { kind: 'line'; line: string; isCut: boolean }
  /** The same without secrets, for a session that keeps a transcript. */
  | { kind: 'clean-line'; line: string; isCut: boolean }
  /** Milliseconds since the epoch. */
  | { kind: 'start'; at: number }
  /** `success` is null where the shell can't tell. */
  | { kind: 'end'; success: boolean | null; seconds: number }

/** The shell cuts a line at 16,000 characters, of which each takes at most twelve here. */
export const longestMark = 200_000

/**
 * Reads what stands between `OSC 633 ;` and the sequence's end; null where it is not the shell's, or none of ours:
 * `A;nonce`, `B;nonce`, `E;line;whole|cut;nonce`, `T;line;whole|cut;nonce`, `C;milliseconds;nonce`, `D;0|1|;milliseconds;nonce`.
 */
export function readShellMark(text: string, nonce: string | null): ShellMark | null {
  if (!nonce || text.length > longestMark || !text.endsWith(`;${nonce}`)) return null
  const [kind, ...values] = text.slice(0, -nonce.length - 1).split(';')
  const [first = '', second = ''] = values
  const form = `${kind}${values.length}`
  if (form === 'A0') return { kind: 'prompt' }
  if (form === 'B0') return { kind: 'input' }
  if (form === 'C1') return readNumber(first) === null ? null : { kind: 'start', at: readNumber(first)! }
  if (form === 'E2') return readLine('line', first, second)
  if (form === 'T2') return readLine('clean-line', first, second)
  if (form !== 'D2') return null
  const milliseconds = readNumber(second)
  if (milliseconds === null || !/^[01]?$/.test(first)) return null
  return { kind: 'end', success: first === '' ? null : first === '0', seconds: milliseconds / 1000 }
}

function readNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** Whatever is not a letter, a digit or one of -._~ is written as its bytes in UTF-8, each as `\xHH`. */
function readLine(kind: 'line' | 'clean-line', text: string, extent: string): ShellMark | null {
  if (extent !== 'whole' && extent !== 'cut') return null
  try {
    return { kind, line: decodeURIComponent(text.replaceAll('%', '%25').replaceAll('\\x', '%')), isCut: extent === 'cut' }
  } catch {
    return null
  }
}
