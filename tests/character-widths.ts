/** Texts with the cells that wcwidth gives them: Unicode's East Asian Width, emoji, and marks that take none. */
export const widths: ReadonlyArray<readonly [what: string, text: string, cells: number]> = [
  ['ASCII', 'Get-Mailbox', 11],
  ['Latin with a mark of its own', 'é', 1],
  ['Latin with a combining mark', 'e\u0301', 1],
  ['Chinese', '中文', 4],
  ['Japanese', '日本語カナ', 10],
  ['Korean', '한국어', 6],
  ['Hangul of parts', '\u1112\u1161\u11ab', 2],
  ['full width', 'ＡＢ', 4],
  ['half-width Katakana', 'ｶﾅ', 2],
  ['a Han letter beyond the first plane', '𠮷', 2],
  ['Greek and box drawing, which are ambiguous', 'α─', 2],
  ['an emoji', '😀', 2],
  ['an emoji of Unicode 13', '🪟', 2],
  ['an emoji of Unicode 14', '🫠', 2],
  ['an emoji of Unicode 15', '🫨', 2],
  ['an emoji of Unicode 16', '🫩', 2],
  ['an emoji of the first plane', '☕✅', 4],
  ['an emoji with a skin tone, one code point after the other', '👍🏽', 4],
  ['a family, one code point after the other', '👨‍👩‍👧', 6],
  ['a heart that a selector makes an emoji', '❤\ufe0f', 1],
  ['Hebrew', 'שלום', 4],
  ['Thai', 'ที่', 1],
  ['a space of no width', 'a\u200bb', 2],
  ['a hard space', '\u00a0', 1]
]

/** What programs print to have a terminal draw an image; each draws nothing and leaves the cursor where it is. */
export const images: ReadonlyArray<readonly [protocol: string, sequence: string]> = [
  ['Sixel', `\x1bP0;0;0q"1;1;8;6#0;2;100;0;0#0${'~'.repeat(8)}-\x1b\\`],
  ['Sixel of a megabyte', `\x1bPq${'?~'.repeat(500_000)}\x1b\\`],
  ['iTerm2', `\x1b]1337;File=inline=1;width=10:${Buffer.alloc(300, 'x').toString('base64')}\x07`],
  ['iTerm2, in parts', `\x1b]1337;MultipartFile=inline=1\x07\x1b]1337;FilePart=${'QUFB'.repeat(100)}\x07\x1b]1337;FileEnd\x07`],
  ['Kitty', `\x1b_Gf=24,s=1,v=1,a=T;${Buffer.alloc(3).toString('base64')}\x1b\\`],
  ['ReGIS', '\x1bP0pS(E)P[0,0]V[100,100]\x1b\\']
]
