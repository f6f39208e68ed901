import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { longestMark, readShellMark } from '../app/shell-marks.ts'

const nonce = 'a-nonce_of-the-shell'
/** As the shell writes it: each byte that is no letter or digit as \xHH. */
const written = (line: string) => encodeURIComponent(line).replaceAll('%', '\\x').replace(/[!'()*]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`)

describe('a mark in the output', () => {
  it.each<[string, string, ReturnType<typeof readShellMark>]>([
    ['the prompt', `A;${nonce}`, { kind: 'prompt' }],
    ['the prompt’s end', `B;${nonce}`, { kind: 'input' }],
    ['a line', `E;Get-Mailbox;whole;${nonce}`, { kind: 'line', line: 'Get-Mailbox', isCut: false }],
    ['a line with what a sequence can’t hold', `E;${written('a;b\n\\x41 100% “é”\x07')};whole;${nonce}`, { kind: 'line', line: 'a;b\n\\x41 100% “é”\x07', isCut: false }],
    ['a line that was cut', `E;Get;cut;${nonce}`, { kind: 'line', line: 'Get', isCut: true }],
    ['a start', `C;1790000000000;${nonce}`, { kind: 'start', at: 1790000000000 }],
    ['an end', `D;0;1500;${nonce}`, { kind: 'end', success: true, seconds: 1.5 }],
    ['a failure', `D;1;43000;${nonce}`, { kind: 'end', success: false, seconds: 43 }],
    ['an end nobody knows more of', `D;;0;${nonce}`, { kind: 'end', success: null, seconds: 0 }]
  ])('is read: %s', (_, text, mark) => {
    expect(readShellMark(text, nonce)).toEqual(mark)
  })

  it.each<[string, string]>([
    ['without a nonce, as other shells write it', 'A'],
    ['with VS Code’s end', 'D;0'],
    ['of another nonce', 'A;another'],
    ['whose nonce is longer', `A;${nonce}x`],
    ['whose nonce is only a beginning', `A;${nonce.slice(0, -1)}`],
    ['with the nonce in another place', `A;${nonce};x`],
    ['with the nonce in another case', `A;${nonce.toUpperCase()}`],
    ['of the nonce alone', nonce],
    ['with too many parts', `A;1;${nonce}`],
    ['of an unknown kind', `Z;${nonce}`],
    ['whose time is no number', `C;soon;${nonce}`],
    ['whose time is negative', `D;0;-1;${nonce}`],
    ['whose outcome is neither', `D;2;1;${nonce}`],
    ['whose line is broken', `E;\\xff\\xfe;whole;${nonce}`],
    ['whose line has half an escape', `E;\\x;whole;${nonce}`],
    ['whose line is neither whole nor cut', `E;ls;some;${nonce}`],
    ['that is too long', `E;${'x'.repeat(longestMark)};whole;${nonce}`]
  ])('is nobody’s: %s', (_, text) => {
    expect(readShellMark(text, nonce)).toBeNull()
  })

  it('counts for nobody where no shell runs, the empty nonce included', () => {
    expect(readShellMark('A;', null)).toBeNull()
    expect(readShellMark('A;', '')).toBeNull()
  })

  it('gives back any line', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (line) => {
      expect(readShellMark(`E;${written(line)};whole;${nonce}`, nonce)).toEqual({ kind: 'line', line, isCut: false })
    }))
  })

  it('is never read from what does not end with the nonce, and never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      if (!text.endsWith(`;${nonce}`)) expect(readShellMark(text, nonce)).toBeNull()
      readShellMark(`${text};${nonce}`, nonce)
      readShellMark(`E;${text};whole;${nonce}`, nonce)
    }))
  })
})
