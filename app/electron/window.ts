import type { BrowserWindowConstructorOptions } from 'electron'

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

/**
 * Every option of the one kind of window there is. What is Electron's default is said all the same: a default may change.
 *
 * @param preload path of preload.cjs
 * @param bounds where it lay the last time, as far as that is known
 */
export function windowOptions(preload: string, bounds: Partial<Bounds> | null = null): BrowserWindowConstructorOptions {
  return {
    ...firstSize,
    ...bounds,
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    title: 'Tenantry',
    backgroundColor: '#0f1216',
    webPreferences: {
      preload,
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
