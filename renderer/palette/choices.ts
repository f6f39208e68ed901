import type { Direction, Failure, Profile } from '../../app/contract.ts'
import { serviceLabels } from '../../app/contract-values.ts'
import { settingsTable, settingKeys } from '../../app/settings/table.ts'
import { broadcastablePanes } from '../broadcast/toggle-broadcast.ts'
import type { Desk } from '../desk.svelte.ts'
import type { Dialogs } from '../dialogs.svelte.ts'
import { actOnPane, type PaneAction } from '../panes/pane-actions.ts'
import { phaseWords } from '../sessions/sessions.svelte.ts'
import { shownValue } from '../settings/settings-list.ts'
import { settings } from '../settings/settings.svelte.ts'
import { zoomTerminals } from '../settings/zoom.ts'
import { terminalInFront } from '../terminal/in-front.ts'
import { shownKey, type KeyPlatform } from '../shortcuts/shortcuts.ts'
import { ownerOf } from '../snippets/snippets.svelte.ts'
import { toolsOf } from '../tools.ts'
import type { Choice } from './ranking.ts'

export interface ChoicesOf {
  desk: Desk
  dialogs: Dialogs
  onConnect(profile: Profile): void
  /** Frecency by profile id. */
  scores: Record<string, number>
  platform?: KeyPlatform
}

/** All that the palette leads to. The session in front comes last among its own: nobody wants to go where they are. */
export function choicesOf({ desk, dialogs, onConnect, scores, platform }: ChoicesOf): Choice[] {
  const { profiles, sessions, recency } = desk
  const order = recency.newestFirst(sessions.all.map(({ id }) => id)).filter((id) => id !== sessions.activeId)
  return [
    ...sessions.all.map((session): Choice => ({
      id: `session ${session.id}`,
      kind: 'session',
      label: sessions.title(session),
      detail: `${serviceLabels[session.service]} · ${phaseWords[session.phase]}`,
      words: [profiles.byId(session.profileId)?.domain ?? ''],
      colour: session.colour,
      weight: order.includes(session.id) ? order.length - order.indexOf(session.id) : 0,
      act: () => desk.show(session.id)
    })),
    ...profiles.all.map((profile) => tenantChoice(desk, profile, scores, () => onConnect(profile))),
    ...commandsOf(desk, dialogs, platform),
    ...snippetsOf(desk, dialogs),
    ...settingsOf(dialogs)
  ]
}

/** The tenants that can be opened beside the pane in front. */
export function splitChoicesOf({ desk, side, scores }: Pick<ChoicesOf, 'desk' | 'scores'> & { side: Direction }): Choice[] {
  return desk.profiles.all.map((profile) => tenantChoice(desk, profile, scores, () => void desk.split(side, profile)))
}

function tenantChoice(desk: Desk, profile: Profile, scores: Record<string, number>, act: () => void): Choice {
  return {
    id: `tenant ${profile.id}`,
    kind: 'tenant',
    label: profile.name,
    detail: [profile.group, profile.domain].filter(Boolean).join(' · '),
    words: [profile.domain, profile.initialDomain ?? '', profile.group, profile.tenantId ?? '', profile.environment].filter(Boolean),
    colour: profile.colour,
    weight: scores[profile.id] ?? 0,
    act,
    prepare: () => desk.fetchAhead(profile)
  }
}

type Row = { label: string; detail?: string | undefined; act(): void }

/** What can be done with the panes and the tab in front. */
function paneCommands(desk: Desk, dialogs: Dialogs, platform?: KeyPlatform): Row[] {
  const { tabs } = desk
  const tab = tabs.current
  const pane = tabs.activePane
  if (!tab || !pane) return []
  const row = (label: string, action: PaneAction): Row => ({ label, detail: shownKey(action, platform), act: () => actOnPane(action, desk) })
  const isShared = 'split' in tab.layout
  const others = tabs.all.filter(({ id }) => id !== tab.id)
  return [
    row('Split right', 'split-right'),
    row('Split down', 'split-down'),
    { label: 'Open a tenant in a split right…', act: () => dialogs.openPalette('right') },
    { label: 'Open a tenant in a split down…', act: () => dialogs.openPalette('down') },
    ...(isShared ? [row(tab.isZoomed ? 'Show all panes' : 'Zoom this pane', 'zoom')] : []),
    ...(isShared ? (['left', 'right', 'up', 'down'] as const).map((side) => row(`Move this pane ${side}`, `move-${side}`)) : []),
    ...(isShared ? [{ label: 'Move this pane to a tab of its own', act: () => tabs.toTab(pane) }] : []),
    ...others.map((other) => ({ label: `Move this pane into the tab “${tabs.title(other)}”`, act: () => desk.drop({ kind: 'pane', id: pane }, { kind: 'pane', pane: other.active, side: 'right' }) })),
    { label: 'Rename this tab…', detail: 'F2', act: () => (tabs.renaming = tab.id) },
    { label: tab.isPinned ? 'Unpin this tab' : 'Pin this tab', act: () => tabs.pin(tab.id, !tab.isPinned) },
    row('Move this tab left', 'tab-left'),
    row('Move this tab right', 'tab-right'),
    ...(isShared ? [{ label: 'Close this tab', act: () => void desk.closing.closeTab(tab) }] : [])
  ]
}

/** The snippets of the session in front come before those of other tenants. */
function snippetsOf({ snippets, sessions, profiles }: Desk, dialogs: Dialogs): Choice[] {
  return snippets.all.map((snippet): Choice => {
    const { id, name, profileId } = snippet
    const owner = profiles.byId(profileId ?? '')
    return {
      id: `snippet ${id}`,
      kind: 'snippet',
      label: name,
      detail: ownerOf(snippet, profiles.all),
      words: ['snippet', ...(owner ? [owner.domain] : [])],
      ...(owner ? { colour: owner.colour } : {}),
      weight: (profileId === null ? 1 : profileId === sessions.active?.profileId ? 2 : 0) / 1000,
      act: () => (dialogs.opened = { kind: 'snippets', start: snippet })
    }
  })
}

/** Whom typing goes to beside the session in front. */
function broadcastCommands(desk: Desk, dialogs: Dialogs, platform?: KeyPlatform): Row[] {
  const { broadcast } = desk
  const detail = shownKey('broadcast', platform)
  if (broadcast.isOn) return [{ label: 'Stop broadcasting', detail, act: () => broadcast.stop() }]
  const panes = broadcastablePanes(desk)
  return [
    ...(panes.length > 0 ? [{ label: 'Broadcast input to the panes of this tab', detail, act: () => broadcast.begin(panes) }] : []),
    { label: 'Broadcast input to chosen sessions…', act: () => (dialogs.opened = { kind: 'broadcast' }) }
  ]
}

/** Each setting, with what holds; it is found by its section and its name in the file too. */
function settingsOf(dialogs: Dialogs): Choice[] {
  return settingKeys.map((key, index): Choice => {
    const { title, section } = settingsTable[key]
    return {
      id: `setting ${key}`,
      kind: 'setting',
      label: title,
      detail: shownValue(key, settings.values[key]),
      words: [section, key, 'settings'],
      weight: (settingKeys.length - index) / settingKeys.length / 1000,
      act: () => (dialogs.opened = { kind: 'settings', start: key })
    }
  })
}

function commandsOf(desk: Desk, dialogs: Dialogs, platform?: KeyPlatform): Choice[] {
  const { active } = desk.sessions
  const profile = active && desk.profiles.byId(active.profileId)
  const fail = (failure: Failure) => (desk.problem = failure)
  const rows: Row[] = [
    ...(active ? [{ label: 'Close this session', detail: shownKey('close', platform), act: () => void desk.closing.close(active.id) }] : []),
    ...(active?.alive ? [{ label: 'Show the last result as a table', act: () => void desk.showLastResult(active.id) }] : []),
    ...(active && active.phase !== 'restored' ? [{ label: 'Save this session’s scrollback…', detail: shownKey('save-scrollback', platform), act: () => void terminalInFront()?.keeping.saveScrollback() }] : []),
    ...(active?.transcript?.path ? [{ label: 'Show this session’s transcript', act: () => void terminalInFront()?.keeping.showTranscript() }] : []),
    ...(active?.canReconnect ? [{ label: 'Reconnect this session', act: () => void desk.reconnect(active.id) }] : []),
    ...(profile ? [{ label: 'Open another session of this tenant', act: () => void desk.open(profile) }] : []),
    ...paneCommands(desk, dialogs, platform),
    ...(active ? broadcastCommands(desk, dialogs, platform) : []),
    ...(profile ? [{ label: 'Check this tenant…', act: () => (dialogs.opened = { kind: 'check', profile, service: active.service }) }] : []),
    ...(profile ? [{ label: 'Edit this tenant’s profile…', act: () => (dialogs.opened = { kind: 'editor', profile }) }] : []),
    { label: 'New profile…', act: () => (dialogs.opened = { kind: 'editor' }) },
    { label: 'Import profiles…', act: () => (dialogs.opened = { kind: 'import' }) },
    { label: 'Export profiles…', act: () => (dialogs.opened = { kind: 'export' }) },
    { label: 'Sign-ins…', act: () => (dialogs.opened = { kind: 'signIns' }) },
    { label: 'Larger text in terminals', detail: shownKey('zoom-in', platform), act: () => zoomTerminals('zoom-in', fail) },
    { label: 'Smaller text in terminals', detail: shownKey('zoom-out', platform), act: () => zoomTerminals('zoom-out', fail) },
    ...toolsOf(dialogs).map(({ label, key, act }) => ({ label, detail: key, act }))
  ]
  return rows.map(({ label, detail = '', act }, index) => ({ id: `command ${label}`, kind: 'command', label, detail, words: [], weight: (rows.length - index) / rows.length / 1000, act }))
}
