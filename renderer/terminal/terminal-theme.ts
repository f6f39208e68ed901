import type { ITheme } from '@xterm/xterm'

export const darkScheme = window.matchMedia('(prefers-color-scheme: dark)')

export const terminalFont = {
  fontFamily: "'Cascadia Mono', 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSize: 13,
  lineHeight: 1.25
}

const dark: ITheme = {
  background: '#0f1216', foreground: '#e6eaf0', cursor: '#e6eaf0', cursorAccent: '#0f1216', selectionBackground: '#2f4a6b',
  black: '#262e38', red: '#f2696b', green: '#4cc38a', yellow: '#e5b454', blue: '#5aa9ff', magenta: '#b180ff', cyan: '#39c0c8', white: '#d3d9e1',
  brightBlack: '#8d99a8', brightRed: '#ff8d8f', brightGreen: '#7bdcae', brightYellow: '#f3cd81', brightBlue: '#8cc4ff', brightMagenta: '#cbaaff', brightCyan: '#74dbe1', brightWhite: '#ffffff'
}

const light: ITheme = {
  background: '#f6f7f9', foreground: '#1a2027', cursor: '#1a2027', cursorAccent: '#f6f7f9', selectionBackground: '#b9d7f5',
  black: '#1a2027', red: '#b42318', green: '#1a7f4e', yellow: '#7a5200', blue: '#0b5cad', magenta: '#7a3eb1', cyan: '#0b6e77', white: '#5d6875',
  brightBlack: '#5d6875', brightRed: '#c7352f', brightGreen: '#1a7f4e', brightYellow: '#8a5c00', brightBlue: '#0b6bcb', brightMagenta: '#8a4bc4', brightCyan: '#0b7c86', brightWhite: '#3a444f'
}

/** The terminal's colours in the system's scheme. */
export function terminalTheme(isDark: boolean): ITheme {
  return isDark ? dark : light
}

/** The columns and rows that a pane would hold, before there is a terminal to measure. */
export function estimateSize(pane: { clientWidth: number; clientHeight: number }): { cols: number; rows: number } {
  const context = document.createElement('canvas').getContext('2d')
  if (context) context.font = `${terminalFont.fontSize}px ${terminalFont.fontFamily}`
  const cellWidth = context?.measureText('W').width || 8
  const cellHeight = Math.ceil(terminalFont.fontSize * 1.17) * terminalFont.lineHeight
  const within = (count: number, least: number) => Math.min(Math.max(Math.floor(count), least), 1000)
  return { cols: within((pane.clientWidth - 38) / cellWidth, 20), rows: within((pane.clientHeight - 20) / cellHeight, 5) }
}
