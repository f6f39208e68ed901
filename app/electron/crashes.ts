import type { MessageBoxOptions, WebContents } from 'electron'
import type { Core } from '../core.ts'

/** A page that ends this often within a minute would end again. */
const mostReloads = 3
const withinMs = 60_000

export interface CrashOptions {
  core: Pick<Core, 'leave'>
  now: () => number
  log(line: string): void
  /** The host's message box; answers the index of the button. */
  ask(options: Pick<MessageBoxOptions, 'type' | 'title' | 'message' | 'detail' | 'buttons' | 'defaultId' | 'cancelId' | 'signal'>): Promise<number>
}

export type CrashingWindow = {
  on(event: 'unresponsive' | 'responsive', listener: () => void): unknown
  isDestroyed(): boolean
  webContents: Pick<WebContents, 'reload' | 'forcefullyCrashRenderer'> & {
    on(event: 'render-process-gone', listener: (event: unknown, details: { reason: string; exitCode: number }) => void): unknown
  }
}

/**
 * Brings the window's page back when its process ended or hangs. Sessions live in the main process and are attached
 * again by the page that comes.
 */
export function watchPage(window: CrashingWindow, { core, now, log, ask }: CrashOptions): void {
  let ends: number[] = []
  const reload = () => {
    if (!window.isDestroyed()) window.webContents.reload()
  }
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    core.leave()
    if (reason === 'clean-exit') return
    log(`the window's page ended: ${reason}, code ${exitCode}`)
    ends = [...ends.filter((at) => now() - at < withinMs), now()]
    if (ends.length <= mostReloads) return reload()
    void ask(oftenEnded(reason)).then((button) => {
      if (button !== 1) return
      ends = []
      reload()
    })
  })
  watchHanging(window, ask)
}

function watchHanging(window: CrashingWindow, ask: CrashOptions['ask']): void {
  let asking: AbortController | null = null
  window.on('responsive', () => asking?.abort())
  window.on('unresponsive', () => {
    if (asking) return
    asking = new AbortController()
    void ask({ ...hanging, signal: asking.signal })
      .then((button) => {
        // A page that hangs does not hear of a reload; one whose process ended is reloaded.
        if (button === 1 && !asking?.signal.aborted && !window.isDestroyed()) window.webContents.forcefullyCrashRenderer()
      })
      .finally(() => (asking = null))
  })
}

const hanging = {
  type: 'warning' as const,
  title: 'Tenantry',
  message: 'The window does not answer.',
  detail: 'Reload it: your sessions and what runs in them go on.',
  buttons: ['Wait', 'Reload'],
  defaultId: 1,
  cancelId: 0
}

const oftenEnded = (reason: string) => ({
  type: 'error' as const,
  title: 'Tenantry',
  message: `The window ended ${mostReloads + 1} times within a minute (${reason}).`,
  detail: 'Your sessions and what runs in them go on. Try it again, or let it be and find why in the log.',
  buttons: ['Leave it', 'Try again'],
  defaultId: 1,
  cancelId: 0
})
