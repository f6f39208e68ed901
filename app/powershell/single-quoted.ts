/** What PowerShell takes for a single quote, the typographic ones too, inside of a string as around it. */
export const singleQuotes = '\'‘’‚‛'
const anyOfThem = new RegExp(`[${singleQuotes}]`, 'g')

/** A text as PowerShell reads it back: in single quotes, in which nothing is expanded and each quote stands twice. */
export function singleQuoted(text: string): string {
  return `'${text.replace(anyOfThem, '$&$&')}'`
}
