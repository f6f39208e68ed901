import type { Rectangle, WebPreferences } from 'electron'
import type { navigationRules, permissionRules } from '../../app/electron/denials.ts'

/* The host's tests ask through this; what answers is Electron's own binary where it is, and a stand-in of its module. */

export type Permission = keyof typeof permissionRules
export type WayOut = keyof typeof navigationRules
export type Outcome = 'refused' | 'let through'
export type Reply = { output?: unknown; failure?: { code: string } }
/** Who may try the contract's channels and is not the window's page. */
export const strangers = ['another window on our page', 'another page in our window', 'a file in our window'] as const
export type Stranger = (typeof strangers)[number]

export const page = 'app://tenantry/index.html'

/** A Tenantry that was started, and what can be done to it and learnt of it. */
export interface HostUnderTest {
  /** What it keeps, its log among it. */
  readonly folder: string
  /** What was decided before Electron was ready. */
  beginning(): Promise<{ isSandboxed: boolean; dataFolder: string; isFirst: boolean; takesLinks: boolean }>
  windows(): Promise<number>
  address(): Promise<string>
  preferences(): Promise<WebPreferences>
  /** How its page may reach a network: WebRTC's policy, and the proxy that an address would be asked of. */
  network(): Promise<{ webRtc: string; proxy: string }>
  looks(): Promise<{ title: string; minimumSize: number[]; background: string; isDark: boolean }>
  bounds(): Promise<Partial<Rectangle>>
  move(to: Rectangle): Promise<void>
  hide(): Promise<void>
  isShown(): Promise<boolean>

  /** As the page calls the contract. */
  call(name: string, input?: unknown): Promise<Reply>
  /** What the page has been told, by the event's name. */
  told(event: string): Promise<number>
  /** Every call by a stranger: the failure's code, or that it was answered. */
  callAs(stranger: Stranger, names: string[]): Promise<string[]>
  openStreamAs(stranger: Stranger): Promise<void>
  channels(): Promise<string[]>

  /** What the page's scheme answers. */
  get(url: string, method?: string): Promise<{ status: number; text: string; headers: Record<string, string | undefined> }>
  isChecked(permission: Permission): Promise<boolean>
  isGranted(permission: Permission): Promise<boolean>
  leave(way: WayOut, url: string, isMainFrame: boolean): Promise<Outcome>
  download(url: string): Promise<Outcome>
  openWindow(url: string): Promise<Outcome>

  /** Which button of the system's dialogs is pressed from now on. */
  answer(button: number): Promise<void>
  /** What they asked, and which addresses were given to the system. */
  asked(): Promise<Array<{ message: string; detail?: string; buttons?: string[]; defaultId?: number; cancelId?: number }>>
  opened(): Promise<string[]>

  /** A second start with the same folder: how it ended. */
  startAgain(...args: string[]): Promise<number>
  /** macOS tells of a link; whether Electron's own answer was prevented. */
  openUrl(url: string): Promise<boolean>
  /** What became of a link to this profile. */
  linkLed(profileId: string): Promise<'to its session' | 'to a profile that is not here' | 'nowhere'>
  /** The page's process ends, and the page comes again. */
  crashPage(): Promise<void>
  /** The person quits: whatever is asked then is answered as `answer` said. */
  askToQuit(): Promise<void>
  /** Quits with yes to all; the exit code. The folder stays. */
  quit(): Promise<number>
}

export interface ElectronUnderTest {
  readonly name: string
  /** The stand-in keeps what it was told; the real one has a page and a Chromium. */
  readonly kind: 'stand-in' | 'real'
  /** What can be asked of it: all of the stand-in; of the real one the options that it tells, and the rows that a page has a way to. */
  readonly options: Array<keyof WebPreferences>
  readonly permissions: { checked: Permission[]; granted: Permission[] }
  start(options?: { folder?: string; args?: string[] }): Promise<HostUnderTest>
}
