import type { App } from 'electron'

/** As in electron-builder.yml: the installer gives it to the shortcut in the start menu. */
export const appId = 'app.tenantry.desktop'
/** Of Tenantry alone, and always the same: Windows starts the app by it when an older notification is clicked. */
export const toastActivator = '{6650D5BB-C9D8-4FC5-86BE-3B70DC32FB36}'

/**
 * Tells Windows which installed app this process is. Without it notifications and the taskbar's list are those of an
 * app that Windows knows no shortcut of, and a notification's click reaches nobody.
 */
export function identify(app: Pick<App, 'setAppUserModelId' | 'setToastActivatorCLSID'>, platform: NodeJS.Platform): void {
  if (platform !== 'win32') return
  app.setAppUserModelId(appId)
  app.setToastActivatorCLSID(toastActivator)
}
