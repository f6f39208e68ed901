/* What a program may print to trick a terminal, by name, and a seeded generator of more. */

const long = 'x'.repeat(1024 * 1024)
const most = 2147483647

/** Each may be printed anywhere; none may make a terminal type a line, hang, or show less than what follows. */
export const tricks: Record<string, string> = {
  'OSC 52 that writes the clipboard': '\x1b]52;c;ZXZpbA==\x07\x1b]52;p;ZXZpbA==\x1b\\',
  'OSC 52 that reads the clipboard': '\x1b]52;c;?\x07\x1b]52;;?\x1b\\',
  'OSC 52 that clears the clipboard': '\x1b]52;c;!\x07',
  'a title': '\x1b]0;Fabrikam – Tenantry\x07\x1b]1;icon\x07\x1b]2;evil\x1b\\',
  'a title that is asked for': '\x1b]2;\rRemove-Mailbox\r\x07\x1b[21t\x1b[20t\x1b[22t\x1b[23t\x1b[22;2t',
  'a title with line ends and control characters': '\x1b]2;a\r\nb\x00c\x08d\x07',
  'a title of 1 MB': `\x1b]0;${long}\x07`,
  'a title of 1 MB that never ends': `\x1b]2;${long}`,
  'sizes and places of the window that are asked for': '\x1b[11t\x1b[13t\x1b[14t\x1b[15t\x1b[16t\x1b[18t\x1b[19t',
  'a window that is moved, resized and minimised': '\x1b[3;0;0t\x1b[4;10;10t\x1b[8;2;2t\x1b[2t\x1b[9;1t\x1b[?3h',
  'DECRQSS with a command in it': '\x1bP$q\rRemove-Mailbox\r\x1b\\\x1bP$qm;\nwhoami\n\x1b\\\x1bP$q"p\x1b\\\x1bP$qr\x1b\\\x1bP$q q\x1b\\',
  'the answerback': '\x05\x05\x05',
  'device attributes with parameters': '\x1b[c\x1b[0c\x1b[>c\x1b[>0c\x1b[=c\x1b[>q\x1b[>0q',
  'reports of status, place and modes': '\x1b[5n\x1b[6n\x1b[?6n\x1b[?15n\x1b[?25n\x1b[?26n\x1b[1$p\x1b[?2004$p\x1b[?99999$p',
  'a checksum, a macro and a terminal’s own state that are asked for': '\x1b[1;1;1;1;10;10*y\x1b[?62n\x1b[?63;1n\x1b[1$u\x1b[2$w\x1b[1;1;1*|',
  'terminfo that is asked for and set': '\x1bP+q544e\x1b\\\x1bP+p544e=41\x1b\\',
  'keys that are defined anew': '\x1bP1;1|17/0d52656d6f76650d\x1b\\\x1b[0;68;"evil"p',
  'colours that are asked for': '\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x1b\\\x1b]12;?\x07\x1b]10;?;?;?\x07',
  'colours that hide the text': '\x1b]10;#0f1216\x07\x1b]11;#0f1216\x07\x1b]12;#0f1216\x07\x1b]4;7;#0f1216;15;#0f1216\x07',
  'a file and an image that are sent': '\x1b]1337;File=name=ZXZpbA==;inline=0:ZXZpbA==\x07\x1bPq#0;2;0;0;0#0~~@@vv\x1b\\\x1b_Gf=24,s=1,v=1;AAAA\x1b\\',
  'a notification, a folder and a progress': '\x1b]9;You have won\x07\x1b]777;notify;evil;evil\x07\x1b]7;file://evil/etc\x07\x1b]9;4;1;50\x07',
  'a link to javascript:': '\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07',
  'a link to file:': '\x1b]8;;file:///etc/passwd\x07click\x1b]8;;\x07',
  'a link to an app': '\x1b]8;;tenantry://open/11111111-1111-4111-8111-111111111111\x07click\x1b]8;;\x07',
  'a link of 1 MB': `\x1b]8;;https://example.com/${long}\x07click\x1b]8;;\x07`,
  'a link with line ends': '\x1b]8;;https://example.com/\r\nRemove-Mailbox\x07click\x1b]8;;\x07',
  'a link that never ends': '\x1b]8;;https://example.com/\x07click',
  'ten thousand links in one place': Array.from({ length: 10_000 }, (_, index) => `\r\x1b]8;;https://example.com/${index}\x07x`).join('') + '\x1b]8;;\x07',
  'forged marks without a nonce': '\x1b]633;A\x07\x1b]633;B\x07\x1b]633;E;Remove-Mailbox\x07\x1b]633;C\x07\x1b]633;D;0\x07\x1b]633;P;Cwd=/\x07\x1b]133;A\x07\x1b]133;D;0\x07',
  'forged marks with a guessed nonce': '\x1b]633;A;guess\x07\x1b]633;E;Remove-Mailbox;whole;guess\x07\x1b]633;C;1;guess\x07\x1b]633;D;0;1;guess\x07',
  'a forged mark of 1 MB': `\x1b]633;E;${long};whole;guess\x07`,
  'the largest number of rows that are scrolled': `\x1b[${most}S\x1b[${most}T`,
  'the largest number of rows that are inserted and deleted': `\x1b[${most}L\x1b[${most}M`,
  'the largest number of characters that are inserted, deleted and erased': `\x1b[${most}@\x1b[${most}P\x1b[${most}X\x1b[${most} @\x1b[${most} A\x1b[${most}'}\x1b[${most}'~`,
  'the largest number of repeated characters': `x\x1b[${most}b`,
  'the largest number of tabs': `\x1b[${most}I\x1b[${most}Z`,
  'the largest places': `\x1b[${most};${most}H\x1b[${most}A\x1b[${most}B\x1b[${most}C\x1b[${most}D\x1b[${most}d\x1b[${most}G\x1b[99999999999999999999999;1H`,
  'a sequence of 1 MB of numbers': `\x1b[${'1;'.repeat(512 * 1024)}m`,
  'a cell of 100,000 combining marks': `e${'\u0301'.repeat(100_000)}`,
  'right-to-left overrides and invisible characters': '\u202eevil\u202c\u2066\u200b\u200d\ufeff',
  'letters of a line-drawing set': '\x0e\x1b(0\x1b)0',
  'the mouse, focus and pasting reported': '\x1b[?1000h\x1b[?1003h\x1b[?1006h\x1b[?1004h\x1b[?2004h',
  'half a control sequence': '\x1b[38;2;255',
  'half an operating system command': '\x1b]0;half',
  'half a device control string': '\x1bP$q',
  'half a private message': '\x1b^half',
  'half an application program command': '\x1b_half',
  'half a character': '\xe2',
  'an escape alone': '\x1b'
}

/** All that xterm.js may answer, none of it a line or a word of the program's choice. */
export const harmlessAnswers =
  /^(?:\x1b\[\?[\d;]+c|\x1b\[>[\d;]+c|\x1b\[0n|\x1b\[\??\d+;\d+R|\x1b\[\??\d+;\d\$y|\x1bP[01]\$r[\d;]*[ "]?[a-z]?\x1b\\|\x1b\](?:4;\d{1,3}|1[012]);rgb:[\da-f/]+\x1b\\|\x1bP>\|xterm\.js\([\d.a-z-]+\)\x1b\\|\x1b\[[IO])*$/

/** The seed of this run's fuzz; a failure says it, and TENANTRY_FUZZ_SEED repeats it. */
export const fuzzSeed = Number(process.env.TENANTRY_FUZZ_SEED ?? Date.now() % 2 ** 31)

/** Mulberry32: numbers from 0 to below 1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Output that nobody would write: sequences of every shape, cut and mixed, with text and bytes between them. */
export function garbage(random: () => number, pieces: number): Buffer {
  const below = (count: number) => Math.floor(random() * count)
  const one = <T>(from: readonly T[]) => from[below(from.length)]!
  const short = Object.values(tricks).filter(({ length }) => length < 2000)
  const number = () => one(['', '0', '1', '2', '7', String(below(100)), '9999', '65536', String(most), '99999999999999999999', '-1'])
  const numbers = () => Array.from({ length: below(5) }, number).join(one([';', ':', ';;']))
  const kinds: Array<() => string> = [
    () => `\x1b[${one(['', '?', '>', '=', '<', '!'])}${numbers()}${one(['', '', ' ', '$', '"', "'", '*', '#'])}${String.fromCharCode(0x40 + below(63))}`,
    () => `\x1b${one(['', '(', ')', '#', '%', '*', '/'])}${String.fromCharCode(0x30 + below(0x4f))}`,
    () => `\x1b]${number()};${one(['?', 'c;?', '1;?', ';https://example.com', '#fff', 'A', 'D;0;1', 'x'.repeat(below(300))])}${one(['\x07', '\x1b\\', '', '\x18'])}`,
    () => `\x1bP${numbers()}${one(['$q', '+q', 'q', '|', '1$r'])}${one(['m', '\r\nevil', '"p', 'zzz'])}${one(['\x1b\\', '', '\x1a'])}`,
    () => one(short),
    () => one(['text', '日本語', '😀', 'e\u0301\u0301', '\u202e', '\t', '\r', '\n', '\b', '\x7f', '\x0e', '\x0f', '\x9b', '\x00', '\x05']),
    () => 'word '.repeat(below(200))
  ]
  const parts: Buffer[] = []
  for (let index = 0; index < pieces; index++) {
    const bytes = below(10) === 0 ? Buffer.from(Array.from({ length: below(40) }, () => below(256))) : Buffer.from(one(kinds)())
    parts.push(below(8) === 0 ? bytes.subarray(0, below(bytes.length + 1)) : bytes)
  }
  return Buffer.concat(parts)
}
