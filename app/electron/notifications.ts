import type { Notification } from 'electron'
import type { Host } from '../adapters.ts'

export interface NotificationOptions {
  Notification: (new (options: { title: string; body: string }) => Pick<Notification, 'show'> & { on(event: 'click' | 'close' | 'failed', listener: () => void): unknown }) & { isSupported(): boolean }
  /** Brings the window to the front. */
  showWindow(): void
}

/** Notifications of the system; null where it has none. */
export function notifier({ Notification, showWindow }: NotificationOptions): NonNullable<Host['notify']> | null {
  if (!Notification.isSupported()) return null
  // One that nothing refers to is collected, and its click with it.
  const shown = new Set<object>()
  return ({ title, body, onClick }) => {
    const notification = new Notification({ title, body })
    shown.add(notification)
    const forget = () => void shown.delete(notification)
    notification.on('close', forget)
    notification.on('failed', forget)
    notification.on('click', () => {
      forget()
      showWindow()
      onClick()
    })
    notification.show()
  }
}
