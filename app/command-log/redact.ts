import { removed } from '../contract-values.ts'

export { removed }

/** What is in the name of whatever holds a secret. */
const word = String.raw`(?:pass(?!th)|pwd|secret|token|credential|api[-_]?key|access[-_]?key|account[-_]?key|private[-_]?key|shared[-_]?key|connection[-_]?string|authorization)`
/** From there to a name's end. No name is longer than this, and a text of nothing but names takes no longer than another one. */
const nameEnd = String.raw`${word}[\w-]{0,64}`
/** A whole name, where what stands before it matters. */
const name = String.raw`[\w.:-]{0,64}${nameEnd}`
/** A text in quotes of either kind, doubled quotes and back-ticked ones in it; to the end where it was cut. */
const quoted = String.raw`(?:@?'(?:[^']|'')*(?:'@?|$)|@?"(?:[^"\x60]|""|\x60[\s\S])*(?:"@?|$))`
/** The same, short enough to be looked for from each quote on. */
const quotedShort = String.raw`(?:@?'(?:[^']|''){0,4096}'@?|@?"(?:[^"\x60]|""|\x60[\s\S]){0,4096}"@?)`
const bare = String.raw`[^\s;,&|(){}\[\]'"$@-][^\s;&|(){}'"]*`

/** Each way a secret stands in a command, and what is left of it. */
const patterns: ReadonlyArray<[RegExp, string]> = [
  // JSON Web Tokens, refresh tokens of Entra (0.A…, 1.A…) and of Microsoft accounts (M.C…), Bearer headers, private keys.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, removed],
  [/\b[01]\.A[\w-]{16,}(?:\.[\w-]+)*/g, removed],
  [/\bM\.[A-Z]\d+_[\w.!*$-]{16,}/g, removed],
  [/\b(Bearer)\s+(?!\[removed\])[^\s'"]+/gi, `$1 ${removed}`],
  [/-----BEGIN [^-]*PRIVATE KEY-----[\s\S]*?(?:-----END [^-]*-----|$)/g, removed],
  // Entra's client secrets have a look of their own: three characters, a digit, Q~ (40 in all).
  [/[\w.~-]{3}\dQ~[\w.~-]{20,}/g, removed],
  // SAS and function keys, and the password of an address: ?sig=word, &code=word, https://me:word@host
  [/([?&](?:sig|signature|code)=)(?!\[removed\])[^\s&'"$]+/gi, `$1${removed}`],
  [/(:\/\/[^\s/:@'"]*:)(?!\[removed\])[^\s/@'"]+@/g, `$1${removed}@`],
  // JSON in a text of double quotes: `"client_secret`": `"word`", ""password"": ""word"", \"password\": \"word\"
  [new RegExp(String.raw`(${nameEnd}(["\x60\\]")\s*:\s*)\2[\s\S]*?(?:\2|$)`, 'gi'), `$1${removed}`],
  // A header in a text: 'X-Api-Key: word', "Authorization: Basic word"
  [new RegExp(String.raw`(['"]${name}:\s*)(?!\[removed\])[^\s'"\x60][^'"]*`, 'gi'), `$1${removed}`],
  // Short options of programs that admins use: curl -u me:word, az login -p word
  [/(\bcurl(?:\.exe)?\s(?:[^|;\n]*?\s)?(?:-u|--user)\s+['"]?[^\s:'"]+:)(?!\[removed\])[^\s'"]+/g, `$1${removed}`],
  [new RegExp(String.raw`(\b(?:az|docker|sqlcmd|sshpass)\s(?:[^|;\n]*?\s)?-[pP]\s+)(?:${quoted}|${bare})`, 'g'), `$1${removed}`],
  // -Password 'word', --password=word, /pass:word
  [new RegExp(String.raw`((?:^|[\s;({])(?:--?|/)${name}(?:\s*[:=]\s*|\s+))(?:${quoted}|${bare})`, 'gi'), `$1${removed}`],
  // $password = 'word', @{ Password = 'word' }, "client_secret": "word"; a number, but no date
  [new RegExp(String.raw`(${nameEnd}['"\]}]*\s*[:=]\s*)(?:${quoted}|\d[\d.]*(?![\d./:]))`, 'gi'), `$1${removed}`],
  // client_secret=word in a form or an address
  [new RegExp(String.raw`(${nameEnd}=)[^\s&;'"$\[(]+`, 'gi'), `$1${removed}`],
  [new RegExp(String.raw`(\bConvertTo-SecureString\s+(?:-String[\s:]+)?)(?:${quoted}|${bare})`, 'gi'), `$1${removed}`],
  [new RegExp(String.raw`(?<!['"@])${quotedShort}(\s*\|\s*ConvertTo-SecureString\b)`, 'gi'), `${removed}$1`]
]

/** A text without any of this has nothing for the patterns: most lines that are printed are such. */
const hint = new RegExp(String.raw`${word}|eyJ|\b[01]\.A|\bM\.[A-Z]\d|Bearer|PRIVATE KEY|\dQ~|[?&](?:sig|signature|code)=|:\/\/[^\s/:@'"]{0,200}:|\bcurl|\b(?:az|docker|sqlcmd|sshpass)\s|SecureString`, 'i')

/**
 * A command without what looks like a secret. The shell did the same with PowerShell's own parser before the command
 * left it; here it is done again, since what is in a log stays there.
 */
export function withoutSecrets(command: string): string {
  if (!hint.test(command)) return command
  return patterns.reduce((text, [pattern, left]) => text.replace(pattern, left), command)
}
