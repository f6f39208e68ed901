const escape = 0x1b
/** What begins a string that BEL or `ESC \` ends: OSC, DCS, SOS, PM, APC. */
const stringStarts = new Set([...']PX^_'].map((character) => character.charCodeAt(0)))
/** A longer string is not kept: a terminal that joins in its middle shows the rest of it. */
const longestBytes = 64 * 1024

/**
 * The end of a terminal's output that is only the beginning of something: of an escape sequence or of a UTF-8 character.
 * A terminal that joins there needs it, as it can't make sense of the rest alone. Sequences as in ECMA-48 5.4 and
 * invisible-island.net/xterm/ctlseqs.
 */
export function unfinishedEnd(output: Uint8Array): Uint8Array {
  let from = output.lastIndexOf(escape)
  // A last ESC may be half of the `ESC \` that ends a string.
  if (from >= 1 && from === output.length - 1) {
    const string = output.lastIndexOf(escape, from - 1)
    if (string >= 0 && stringStarts.has(output[string + 1]!) && !isWhole(output.subarray(string))) from = string
  }
  if (from >= 0 && output.length - from <= longestBytes && !isWhole(output.subarray(from))) return output.subarray(from)
  return output.subarray(characterStart(output))
}

/** Whether a sequence, which begins with ESC, has its end in these bytes. */
function isWhole(sequence: Uint8Array): boolean {
  const kind = sequence[1]
  if (kind === undefined) return false
  if (stringStarts.has(kind)) return sequence.includes(0x07) || isCancelled(sequence)
  // `ESC [`, parameters and intermediates, then a final byte from `@` on; else intermediates, then one from `0` on.
  const [first, last] = kind === 0x5b ? [2, 0x40] : [1, 0x30]
  return isCancelled(sequence) || sequence.subarray(first).some((byte) => byte >= last)
}

/** CAN and SUB break a sequence off. */
const isCancelled = (sequence: Uint8Array): boolean => sequence.includes(0x18) || sequence.includes(0x1a)

/** Where a character begins that the output's end cuts; its length where none does. */
function characterStart(output: Uint8Array): number {
  const { length } = output
  for (let at = length - 1; at >= 0 && at >= length - 3; at--) {
    const byte = output[at]!
    if ((byte & 0xc0) === 0x80) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needed > length - at ? at : length
  }
  return length
}
