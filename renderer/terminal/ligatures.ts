import type { Terminal } from '@xterm/xterm'

/**
 * What fonts for programming draw as one sign, longest first. @xterm/addon-ligatures would read the font itself: that
 * takes the permission to see all fonts of a computer, which the window does not have, and 60 kB; without it the addon
 * has such a list too.
 */
const joined = [
  '<!--', '<-->', '<==>', '-->', '<--', '==>', '<==', '===', '!==', '->>', '<<-', '=>>', '<<=', '>>=', '<=>', '<->', '</>', '<|>', ':::', '+++',
  '->', '<-', '=>', '<=', '>=', '==', '!=', '<>', '::', ':=', '|>', '<|', '/>', '</', '&&', '||', '##', '..', '??', '?.'
]

/** Has a terminal draw such signs as its font does; answers how to stop. */
export function joinLigatures(terminal: Terminal): () => void {
  const id = terminal.registerCharacterJoiner(rangesOf)
  const { element } = terminal
  if (element) element.style.fontFeatureSettings = '"calt" on'
  return () => {
    terminal.deregisterCharacterJoiner(id)
    if (element) element.style.fontFeatureSettings = ''
  }
}

/** From where to where such signs stand in a line. */
export function rangesOf(text: string): Array<[number, number]> {
  const ranges: Array<[number, number]> = []
  for (let at = 0; at < text.length; at++) {
    const found = joined.find((signs) => text.startsWith(signs, at))
    if (!found) continue
    ranges.push([at, at + found.length])
    at += found.length - 1
  }
  return ranges
}
