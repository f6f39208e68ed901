import { scrollbackLines } from '../contract-values.ts'

/** What a value of a setting may be. `null` of a number or a path says what `none` says. */
export type SettingKind =
  | { kind: 'flag'; default: boolean }
  | { kind: 'choice'; default: string; choices: Readonly<Record<string, string>> }
  | { kind: 'number'; default: number | null; min: number; max: number; step: number; unit: string; none?: string }
  | { kind: 'fonts'; default: string }
  /** Chosen only in the main process's own dialog. */
  | { kind: 'file' | 'folder'; default: null; none: string }
  /** Chords by the window's action, e.g. `{ "palette": ["Ctrl+Shift+P"] }`; an action that is missing keeps its own. */
  | { kind: 'keys'; default: Record<string, string[]> }

export type Setting = SettingKind & {
  section: SettingSection
  title: string
  explanation: string
}

export const settingSections = ['Appearance', 'Terminal', 'Selecting and pasting', 'Commands', 'Safety', 'This computer', 'Keys'] as const
export type SettingSection = (typeof settingSections)[number]

const flag = (value: boolean) => ({ kind: 'flag', default: value as boolean }) as const
const choice = <const C extends Record<string, string>>(value: keyof C & string, choices: C) => ({ kind: 'choice', default: value, choices }) as const
const number = (value: number, min: number, max: number, unit = '', step = 1) => ({ kind: 'number', default: value as number, min, max, step, unit }) as const
const numberOrNone = (value: number | null, min: number, max: number, unit: string, none: string) => ({ kind: 'number', default: value, min, max, step: 1, unit, none }) as const

/** Every setting that a person can change, in the order in which the screen shows them. */
export const settingsTable = {
  'appearance.theme': {
    ...choice('system', { system: 'As the system', dark: 'Dark', light: 'Light', 'contrast-dark': 'High contrast, dark', 'contrast-light': 'High contrast, light' }),
    section: 'Appearance',
    title: 'Theme',
    explanation: 'Colours of the window and of its terminals.'
  },
  'terminal.fontFamily': {
    kind: 'fonts',
    default: "'Cascadia Mono', 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
    section: 'Terminal',
    title: 'Font',
    explanation: 'Names of fonts with a comma between them; the first one that this computer has is used. Choose one whose letters are all of one width.'
  },
  'terminal.fontSize': { ...number(13, 6, 40, 'px'), section: 'Terminal', title: 'Font size', explanation: 'Of the text in terminals. Keys change it too; Keyboard shortcuts says which.' },
  'terminal.lineHeight': { ...number(1.25, 1, 2, '', 0.05), section: 'Terminal', title: 'Line height', explanation: 'How far lines stand apart: 1 is as close as the font allows.' },
  'terminal.ligatures': { ...flag(false), section: 'Terminal', title: 'Ligatures', explanation: 'Draws signs such as -> or != as one, where the font has such forms: Cascadia Code and Fira Code do, most others not.' },
  'terminal.minimumContrast': {
    ...number(4.5, 1, 21, ': 1', 0.5),
    section: 'Terminal',
    title: 'Least contrast',
    explanation: 'Text that a program prints with less contrast than this is made lighter or darker. 4.5 is the least that WCAG AA takes; 1 leaves every colour as it is. Themes of high contrast take 7 at least.'
  },
  'terminal.cursorStyle': { ...choice('block', { block: 'Block', bar: 'Bar', underline: 'Underline' }), section: 'Terminal', title: 'Cursor', explanation: 'How the place where you type is shown.' },
  'terminal.cursorBlink': { ...flag(true), section: 'Terminal', title: 'Cursor blinks', explanation: 'It never does where the system asks for reduced motion.' },
  'terminal.bell': {
    ...choice('none', { none: 'Nothing', visual: 'The terminal’s edge flashes', sound: 'A short sound' }),
    section: 'Terminal',
    title: 'Bell',
    explanation: 'What happens when a program rings.'
  },
  'terminal.scrollback': { ...number(scrollbackLines, 100, 50_000, 'lines', 100), section: 'Terminal', title: 'Scrollback', explanation: 'Lines above the screen that each session keeps. More of them cost memory, about 10 MB for 5,000 full lines; fewer of them forget the oldest at once. All sessions together keep about 512 MB, each the same share.' },
  'terminal.screenReader': { ...flag(false), section: 'Terminal', title: 'Screen reader', explanation: 'Lets a screen reader read the terminal’s lines and hear new ones, and has PSReadLine write only what changes of a line that is typed: in open sessions from their next prompt on. Printing is slower with it.' },
  'terminal.copyOnSelect': { ...flag(false), section: 'Selecting and pasting', title: 'Copy what is selected', explanation: 'At once, without a key.' },
  'terminal.rightClick': {
    ...choice('platform', { platform: 'As the system does', paste: 'Pastes', menu: 'Opens a menu' }),
    section: 'Selecting and pasting',
    title: 'Right click',
    explanation: 'What it does in a terminal.'
  },
  'terminal.pastePreview': { ...flag(true), section: 'Selecting and pasting', title: 'Show several lines before they are pasted', explanation: 'Sessions of production tenants always do.' },
  'terminal.openLinks': {
    ...choice('modifier', { modifier: 'With Ctrl (⌘ on a Mac) and a click', click: 'With a click', never: 'Never' }),
    section: 'Selecting and pasting',
    title: 'Open links',
    explanation: 'Of http and https addresses in a terminal.'
  },
  'commands.marks': { ...flag(true), section: 'Commands', title: 'Marks beside commands', explanation: 'At the terminal’s edge, each command’s success and time.' },
  'commands.notifyAfterSeconds': {
    ...numberOrNone(10, 1, 3600, 'seconds', 'Never'),
    section: 'Commands',
    title: 'Notify when a long command ends',
    explanation: 'In a session that you are not looking at, where the command ran for at least this long.'
  },
  'transcripts.folder': { kind: 'folder', default: null, none: 'In Tenantry’s own folder', section: 'Commands', title: 'Folder of transcripts', explanation: 'Where transcripts are written. Whether a session keeps one is chosen in its profile.' },
  'guard.pauseMinutes': {
    ...number(10, 1, 240, 'minutes'),
    section: 'Safety',
    title: 'Length of “not again”',
    explanation: 'How long the guard of production sessions is quiet after “not again”.'
  },
  'lock.afterMinutes': { ...numberOrNone(null, 1, 480, 'minutes without use', 'Never by itself'), section: 'Safety', title: 'Lock the window after', explanation: 'Sessions go on behind the lock.' },
  'updates.channel': { ...choice('stable', { stable: 'Stable', beta: 'Beta: earlier, and less tried' }), section: 'This computer', title: 'Versions', explanation: 'Which updates are looked for.' },
  'sessions.warmShells': {
    ...number(2, 0, 4, 'shells'),
    section: 'This computer',
    title: 'PowerShell kept ready',
    explanation: 'PowerShell processes that are started beforehand, so that a tenant connects sooner; about 150 MB each. There are none on battery (in the desktop app) or where memory is short, and none holds a token.'
  },
  'powershell.path': { kind: 'file', default: null, none: 'The one that is found', section: 'This computer', title: 'PowerShell', explanation: 'The program that sessions run.' },
  'network.caFile': {
    kind: 'file',
    default: null,
    none: 'None',
    section: 'This computer',
    title: 'Further certificate authorities',
    explanation: 'A PEM file that Tenantry’s own requests trust beside the system’s authorities.'
  },
  keys: { kind: 'keys', default: {} as Record<string, string[]>, section: 'Keys', title: 'Keyboard shortcuts', explanation: 'Keys that you changed.' }
} as const satisfies Record<string, Setting>

export type SettingKey = keyof typeof settingsTable
export const settingKeys = Object.keys(settingsTable) as SettingKey[]

type ValueOf<S> = S extends { kind: 'choice'; choices: infer C } ? keyof C & string
  : S extends { kind: 'file' | 'folder' } ? string | null
  : S extends { default: infer D } ? (S extends { kind: 'fonts' } ? string : D)
  : never
export type SettingValues = { [K in SettingKey]: ValueOf<(typeof settingsTable)[K]> }

/** What holds where nobody changed anything. */
export function defaultSettings(): SettingValues {
  return Object.fromEntries(settingKeys.map((key) => [key, settingsTable[key].default])) as SettingValues
}
