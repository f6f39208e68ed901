import { limitJoined } from './untrusted-output.ts'

/** What xterm.js asks for a character's width; https://xtermjs.org/docs/api/terminal/interfaces/iunicodeversionprovider/ */
interface WidthTable {
  readonly version: string
  wcwidth(codepoint: number): 0 | 1 | 2
  charProperties(codepoint: number, preceding: number): number
}
interface TerminalWidths {
  unicode: { register(table: WidthTable): void; activeVersion: string }
}

/** Wide since Unicode 11, to 16: emoji, and the places that Unicode keeps for more of them. */
const laterWide: ReadonlyArray<readonly [number, number]> = [
  [0x1f6d6, 0x1f6d7], [0x1f6dc, 0x1f6df], [0x1f6fb, 0x1f6fc], [0x1f7f0, 0x1f7f0], [0x1f90c, 0x1f90c], [0x1f972, 0x1f972], [0x1f977, 0x1f978],
  [0x1f9a3, 0x1f9a4], [0x1f9ab, 0x1f9ad], [0x1f9cb, 0x1f9cc], [0x1fa70, 0x1faff]
]

/**
 * How many cells each character takes, in the core's screen and in the window's terminals alike: one code point after the
 * other, as wcwidth, PSReadLine and the consoles count. What joins emoji into one (a family, a flag of a region) is not
 * counted as one: a line editor that counts them singly would put its cursor elsewhere.
 *
 * @param unicode11 an `Unicode11Addon`, whose table this is built on
 */
export function useCharacterWidths(terminal: TerminalWidths, unicode11: { activate(terminal: never): void }): void {
  let eleven: WidthTable | undefined
  const catcher: TerminalWidths = { unicode: { register: (table) => (eleven = table), activeVersion: '' } }
  unicode11.activate(catcher as never)
  const base = eleven!
  const table = Object.create(base, {
    version: { value: 'tenantry' },
    wcwidth: { value: (codepoint: number) => (isLaterWide(codepoint) ? 2 : base.wcwidth(codepoint)) }
  }) as WidthTable
  terminal.unicode.register(limitJoined(table))
  terminal.unicode.activeVersion = table.version
}

function isLaterWide(codepoint: number): boolean {
  return codepoint >= 0x1f6d6 && codepoint <= 0x1faff && laterWide.some(([first, last]) => codepoint >= first && codepoint <= last)
}
