import type { Session, WebContents } from 'electron'

/** The Content-Security-Policy does not govern WebRTC: it sends no packet past a proxy, and the page's leads nowhere (page-session.ts). */
export const webRtcPolicy: Parameters<WebContents['setWebRTCIPHandlingPolicy']>[0] = 'disable_non_proxied_udp'

type Permission = Parameters<NonNullable<Parameters<Session['setPermissionRequestHandler']>[0]>>[1] | Parameters<NonNullable<Parameters<Session['setPermissionCheckHandler']>[0]>>[1]
interface Rule {
  allowed: boolean
  reason: string
}
const deny = (reason: string): Rule => ({ allowed: false, reason })

/** Every permission that Electron asks about. A new one does not compile until it has its row; an unknown one is denied. */
export const permissionRules: Record<Permission, Rule> = {
  'clipboard-sanitized-write': { allowed: true, reason: 'Copy writes the selected text' },
  ar: deny('nothing but text is shown'),
  'automatic-fullscreen': deny('the window menu does that'),
  'background-fetch': deny('the page fetches nothing'),
  'background-sync': deny('the page fetches nothing'),
  'captured-surface-control': deny('the window shows a screen, and takes none'),
  'clipboard-read': deny('pasting comes as an event of the person’s own key'),
  'deprecated-sync-clipboard-read': deny('pasting comes as an event of the person’s own key'),
  'display-capture': deny('the window shows a screen, and takes none'),
  fileSystem: deny('the host’s own dialogs choose files'),
  fullscreen: deny('the window menu does that'),
  geolocation: deny('nothing asks where the person is'),
  'geolocation-approximate': deny('nothing asks where the person is'),
  'hand-tracking': deny('no device is used'),
  hid: deny('no device is used'),
  'idle-detection': deny('the lock goes by the window’s own use'),
  keyboardLock: deny('the system’s keys stay the system’s'),
  'local-fonts': deny('which fonts are here is nobody’s business'),
  'local-network': deny('the page connects to nothing'),
  'local-network-access': deny('the page connects to nothing'),
  'loopback-network': deny('the page connects to nothing'),
  media: deny('no camera and no microphone'),
  mediaKeySystem: deny('nothing is played'),
  midi: deny('no device is used'),
  midiSysex: deny('no device is used'),
  nfc: deny('no device is used'),
  notifications: deny('the main process tells what is to be told'),
  openExternal: deny('links go through a question with their target'),
  'payment-handler': deny('nothing is paid'),
  'periodic-background-sync': deny('the page fetches nothing'),
  'persistent-storage': deny('the window keeps nothing'),
  pointerLock: deny('the pointer stays the person’s'),
  'screen-wake-lock': deny('the main process keeps the computer awake'),
  sensors: deny('no device is used'),
  serial: deny('no device is used'),
  'smart-card': deny('no device is used: the main process signs'),
  'speaker-selection': deny('nothing is played'),
  'storage-access': deny('the window keeps nothing'),
  'system-wake-lock': deny('the main process keeps the computer awake'),
  'top-level-storage-access': deny('the window keeps nothing'),
  usb: deny('no device is used'),
  vr: deny('nothing but text is shown'),
  'web-app-installation': deny('nothing is installed from a page'),
  'web-printing': deny('nothing is printed'),
  'window-management': deny('the main process places the window'),
  unknown: deny('nobody knows what it would allow')
}

export const isPermitted = (permission: string): boolean => permissionRules[permission as Permission]?.allowed ?? false

/** Ways out of the page, and what is let through. */
export const navigationRules = {
  'will-navigate': { allows: (url: string, page: string) => isPage(url, page), reason: 'the page may load itself anew, and go nowhere' },
  'will-frame-navigate': { allows: (url: string, page: string, isMainFrame: boolean) => isMainFrame && isPage(url, page), reason: 'there are no frames inside the page' },
  'will-redirect': { allows: () => false, reason: 'the window’s own files redirect nowhere' },
  'will-attach-webview': { allows: () => false, reason: 'no page is shown inside the window' }
} as const

const isPage = (url: string, page: string) => url.split(/[?#]/)[0] === page

/** What the page may give to the person as a file; the system's own dialog asks where it goes. */
export const downloadRule = { allows: (url: string, page: string) => url.startsWith(`blob:${originOf(page)}/`), reason: 'an export is a text that the page made; nothing is fetched' }

const originOf = (page: string) => page.split('/').slice(0, 3).join('/')

export interface Denials {
  pageUrl: string
  /** What becomes of a link that would open a window. */
  openOutside(address: string): void
  log(line: string): void
}

/** Shuts every way out of a page that the tables do not open; for each web contents that is ever made. */
export function guardContents(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler' | 'setWebRTCIPHandlingPolicy'>, { pageUrl, openOutside, log }: Denials): void {
  const refuse = (event: { preventDefault(): void }, what: string) => {
    event.preventDefault()
    log(`refused in the window: ${what}`)
  }
  contents.setWebRTCIPHandlingPolicy(webRtcPolicy)
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url)
    return { action: 'deny' }
  })
  contents.on('will-navigate', (event) => {
    if (!navigationRules['will-navigate'].allows(event.url, pageUrl)) refuse(event, 'to go to another page')
  })
  contents.on('will-frame-navigate', (event) => {
    if (!navigationRules['will-frame-navigate'].allows(event.url, pageUrl, event.isMainFrame)) refuse(event, 'a page in a frame')
  })
  contents.on('will-redirect', (event) => refuse(event, 'to be redirected'))
  contents.on('will-attach-webview', (event) => refuse(event, 'a webview'))
}

export type GuardedSession = Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'> & {
  on(event: 'will-download', listener: (event: { preventDefault(): void }, item: { getURL(): string }) => void): unknown
}

/** Answers every permission by the table, those of devices with no, and lets no download through but the page's own texts. */
export function guardSession(session: GuardedSession, pageUrl: string, log: (line: string) => void): void {
  session.on('will-download', (event, item) => {
    if (downloadRule.allows(item.getURL(), pageUrl)) return
    event.preventDefault()
    log('refused in the window: a download')
  })
  session.setPermissionRequestHandler((_contents, permission, callback) => {
    const isAllowed = isPermitted(permission)
    if (!isAllowed) log(`refused in the window: the permission ${permission}`)
    callback(isAllowed)
  })
  session.setPermissionCheckHandler((_contents, permission) => isPermitted(permission))
  session.setDevicePermissionHandler(() => false)
}
