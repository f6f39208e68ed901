import type { ITheme } from '@xterm/xterm'
import { settings } from '../settings/settings.svelte.ts'
import type { ShownTheme } from '../settings/theme.svelte.ts'

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

const contrastDark: ITheme = {
  background: '#000000', foreground: '#ffffff', cursor: '#ffffff', cursorAccent: '#000000', selectionBackground: '#ffffff', selectionForeground: '#000000',
  black: '#ccd5df', red: '#ff9a9b', green: '#6fe0aa', yellow: '#ffd27a', blue: '#8cc4ff', magenta: '#cbaaff', cyan: '#74dbe1', white: '#ffffff',
  brightBlack: '#ccd5df', brightRed: '#ffb3b4', brightGreen: '#9beec5', brightYellow: '#ffe2a8', brightBlue: '#b3d8ff', brightMagenta: '#dfcaff', brightCyan: '#a5ecf0', brightWhite: '#ffffff'
}

const contrastLight: ITheme = {
  background: '#ffffff', foreground: '#000000', cursor: '#000000', cursorAccent: '#ffffff', selectionBackground: '#000000', selectionForeground: '#ffffff',
  black: '#000000', red: '#8f140f', green: '#0a5230', yellow: '#5c3d00', blue: '#00468c', magenta: '#5b2391', cyan: '#08535a', white: '#38424d',
  brightBlack: '#38424d', brightRed: '#a11b15', brightGreen: '#0c5c36', brightYellow: '#664400', brightBlue: '#004f9e', brightMagenta: '#6829a5', brightCyan: '#095c64', brightWhite: '#262e38'
}

/** The terminal's colours by theme; their backgrounds are theme.css's `--bg`. */
export const terminalThemes: Record<ShownTheme, ITheme> = { dark, light, 'contrast-dark': contrastDark, 'contrast-light': contrastLight }

/** The columns and rows that a pane would hold, before there is a terminal to measure. */
export function estimateSize(pane: { width: number; height: number }): { cols: number; rows: number } {
  const { 'terminal.fontSize': fontSize, 'terminal.fontFamily': fontFamily, 'terminal.lineHeight': lineHeight } = settings.values
  const context = document.createElement('canvas').getContext('2d')
  if (context) context.font = `${fontSize}px ${fontFamily}`
  const cellWidth = context?.measureText('W').width || 8
  const cellHeight = Math.ceil(fontSize * 1.17) * lineHeight
  const within = (count: number, least: number) => Math.min(Math.max(Math.floor(count), least), 1000)
  return { cols: within((pane.width - 38) / cellWidth, 20), rows: within((pane.height - 20) / cellHeight, 5) }
}
