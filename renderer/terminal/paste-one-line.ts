/** What opens and is still open, at the place that is read. */
type Open = '(' | '[' | '{' | '@(' | '$('

interface Line {
  code: string
  /** Where the next line begins inside these, its end is no end of a statement. */
  inside: Open | undefined
}

const closers = new Set([')', ']', '}'])
/** PowerShell takes typographic quotes for the plain ones. */
const single = /['‘’‚‛]/
const double = /["“”„]/
const binaryOperator = /\s-(?:[ci]?(?:eq|ne|gt|ge|lt|le|like|notlike|match|notmatch|contains|notcontains|in|notin|replace|split)|and|or|xor|not|f|is|isnot|as|join|band|bor|bxor|shl|shr)$/i

/**
 * PowerShell over several lines as one line that does the same: comments go, continued lines are joined, statements get
 * a semicolon. A sentence says why where one line can't be the same.
 */
export function asOneLine(text: string): { line: string } | { problem: string } {
  const read = readLines(text)
  if ('problem' in read) return read
  const lines = read.lines.map(({ code, inside }) => ({ code: code.trim(), inside })).filter(({ code }) => code !== '')
  const isDoLoop = lines.some(({ code }) => /\bdo\s*\{?$/i.test(code))
  return {
    line: lines.reduce((joined, { code, inside }, index) => {
      if (index === 0) return code
      return `${joined}${goesOn(lines[index - 1]!.code, code, inside, isDoLoop) ? ' ' : '; '}${code}`
    }, '')
  }
}

/** Whether a statement goes on from a line to the next one. */
function goesOn(line: string, next: string, inside: Open | undefined, isDoLoop: boolean): boolean {
  if (inside === '(' || inside === '[') return true
  // Not the other operators: at a line's end a * or a / is rather an argument, and the next line would become one too.
  if (/(?:[|,({[;=+]|&&|\|\|)$/.test(line) || binaryOperator.test(line)) return true
  if (/^(?:[|,)}\]]|&&|\|\||-[a-z])/i.test(next)) return true
  if (/\b(?:if|elseif|while|for|foreach|switch|function|filter|class|enum|catch)\b[^{]*$|\b(?:else|try|finally|begin|process|end|do)$/i.test(line) && next.startsWith('{')) return true
  if (!line.endsWith('}')) return false
  return /^(?:else|elseif|catch|finally|until)\b/i.test(next) || (isDoLoop && /^while\b/i.test(next))
}

function readLines(text: string): { lines: Line[] } | { problem: string } {
  const lines: Line[] = []
  const open: Open[] = []
  let code = ''
  let inside: Open | undefined
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    const rest = text.slice(at, at + 3)
    if (character === '\n') {
      lines.push({ code, inside })
      code = ''
      inside = open.at(-1)
    } else if (/^@(?:['‘’‚‛"“”„])[ \t]*\n/.test(text.slice(at, at + 200))) return { problem: 'It has a here-string, whose lines are part of it.' }
    else if (rest === '--%' && /(?:^|\s)$/.test(code)) return { problem: 'It has --%, which takes all of a line as it is.' }
    else if (rest.startsWith('<#')) {
      const end = text.indexOf('#>', at)
      if (end < 0) return { problem: 'It has a comment without an end.' }
      at = end + 1
    } else if (character === '#' && /(?:^|[\s;(){}|&,])$/.test(code)) {
      const end = text.indexOf('\n', at)
      at = (end < 0 ? text.length : end) - 1
    } else if (rest.startsWith('`\n')) {
      code += ' '
      at++
    } else if (single.test(character) || double.test(character)) {
      const end = endOfString(text, at)
      const string = text.slice(at, end)
      if (end > text.length || string.includes('\n')) return { problem: 'It has a text that goes over several lines.' }
      code += string
      at = end - 1
    } else {
      if (character === '`') code += text[at++]!
      code += text[at] ?? ''
      track(open, character, code)
    }
  }
  return { lines: [...lines, { code, inside }] }
}

function track(open: Open[], character: string, code: string): void {
  if (character === '(') open.push(code.endsWith('@(') ? '@(' : code.endsWith('$(') ? '$(' : '(')
  else if (character === '[' || character === '{') open.push(character)
  else if (closers.has(character)) open.pop()
}

/** The place after the string that begins at `start`; behind the text where it has no end. */
function endOfString(text: string, start: number): number {
  const quote = single.test(text[start]!) ? single : double
  for (let at = start + 1; at < text.length; at++) {
    if (quote === double && text[at] === '`') at++
    else if (quote.test(text[at]!)) {
      if (at + 1 < text.length && quote.test(text[at + 1]!)) at++
      else return at + 1
    }
  }
  return text.length + 1
}
