import type { BrowserWindowConstructorOptions } from 'electron'
import { pagePartition } from './page-session.ts'

/** Where a window lies, in the screen's own pixels. */
export interface Bounds {
  x: number
  y: number
  width: number
  height: number
}

/** The smallest window that shows a terminal beside its tenants. */
export const minimumSize = { width: 480, height: 320 }
export const firstSize = { width: 1360, height: 820 }

export interface WindowFacts {
  /** Path of preload.cjs. */
  preload: string
  /** Where it lay the last time, as far as that is known. */
  bounds?: Partial<Bounds>
  isPackaged: boolean
  /** The system shows dark windows. */
  isDark: boolean
}

/** `--bg` of renderer/theme.css: what is there until the page is. */
const background = { dark: '#0f1216', light: '#f6f7f9' }

/** Every option of the one kind of window there is. What is Electron's default is said all the same: a default may change. */
export function windowOptions({ preload, bounds, isPackaged, isDark }: WindowFacts): BrowserWindowConstructorOptions {
  return {
    ...firstSize,
    ...bounds,
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    title: 'Tenantry',
    backgroundColor: isDark ? background.dark : background.light,
    webPreferences: {
      preload,
      partition: pagePartition,
      // Whoever gets a person to paste something into a console has their sessions.
      devTools: !isPackaged,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Sessions go on while the window is hidden, and their screens with them.
      backgroundThrottling: false,
      spellcheck: false
    }
  }
}
