/** What stands in a logged command where a secret stood. */
export const removed = '[removed]'

const name = String.raw`[\w.:-]*(?:pass(?!th)|pwd|secret|token|credential|api[-_]?key|access[-_]?key|account[-_]?key|private[-_]?key|shared[-_]?key|connection[-_]?string|authorization)[\w-]*`
/** A text in quotes of either kind, doubled quotes and back-ticked ones in it; to the end where it was cut. */
const quoted = String.raw`(?:@?'(?:[^']|'')*(?:'@?|$)|@?"(?:[^"\x60]|""|\x60[\s\S])*(?:"@?|$))`
const bare = String.raw`[^\s;,&|(){}\[\]'"$@-][^\s;&|(){}'"]*`

/** Each way a secret stands in a command, and what is left of it. */
const patterns: ReadonlyArray<[RegExp, string]> = [
  // JSON Web Tokens, Bearer headers, private keys.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, removed],
  [/\b(Bearer)\s+(?!\[removed\])[^\s'"]+/gi, `$1 ${removed}`],
  [/-----BEGIN [^-]*PRIVATE KEY-----[\s\S]*?(?:-----END [^-]*-----|$)/g, removed],
  // Entra's client secrets have a look of their own: three characters, a digit, Q~ (40 in all).
  [/[\w.~-]{3}\dQ~[\w.~-]{20,}/g, removed],
  // SAS and function keys, and the password of an address: ?sig=word, &code=word, https://me:word@host
  [/([?&](?:sig|signature|code)=)(?!\[removed\])[^\s&'"$]+/gi, `$1${removed}`],
  [/(:\/\/[^\s/:@'"]*:)(?!\[removed\])[^\s/@'"]+@/g, `$1${removed}@`],
  // JSON in a text of double quotes: `"client_secret`": `"word`", ""password"": ""word"", \"password\": \"word\"
  [new RegExp(String.raw`(${name}(["\x60\\]")\s*:\s*)\2[\s\S]*?(?:\2|$)`, 'gi'), `$1${removed}`],
  // A header in a text: 'X-Api-Key: word', "Authorization: Basic word"
  [new RegExp(String.raw`(['"]${name}:\s*)(?!\[removed\])[^\s'"\x60][^'"]*`, 'gi'), `$1${removed}`],
  // Short options of programs that admins use: curl -u me:word, az login -p word
  [/(\bcurl(?:\.exe)?\s(?:[^|;\n]*?\s)?(?:-u|--user)\s+['"]?[^\s:'"]+:)(?!\[removed\])[^\s'"]+/g, `$1${removed}`],
  [new RegExp(String.raw`(\b(?:az|docker|sqlcmd|sshpass)\s(?:[^|;\n]*?\s)?-[pP]\s+)(?:${quoted}|${bare})`, 'g'), `$1${removed}`],
  // -Password 'word', --password=word, /pass:word
  [new RegExp(String.raw`((?:^|[\s;({])(?:--?|/)${name}(?:\s*[:=]\s*|\s+))(?:${quoted}|${bare})`, 'gi'), `$1${removed}`],
  // $password = 'word', @{ Password = 'word' }, "client_secret": "word"
  [new RegExp(String.raw`(${name}['"\]}]*\s*[:=]\s*)(?:${quoted}|\d[\d.]*)`, 'gi'), `$1${removed}`],
  // client_secret=word in a form or an address
  [new RegExp(String.raw`(\b${name}=)[^\s&;'"$\[(]+`, 'gi'), `$1${removed}`],
  [new RegExp(String.raw`(\bConvertTo-SecureString\s+(?:-String[\s:]+)?)(?:${quoted}|${bare})`, 'gi'), `$1${removed}`],
  [new RegExp(String.raw`${quoted}(\s*\|\s*ConvertTo-SecureString\b)`, 'gi'), `${removed}$1`]
]

/**
 * A command without what looks like a secret. The shell did the same with PowerShell's own parser before the command
 * left it; here it is done again, since what is in a log stays there.
 */
export function withoutSecrets(command: string): string {
  return patterns.reduce((text, [pattern, left]) => text.replace(pattern, left), command)
}
