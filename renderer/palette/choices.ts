import type { Profile } from '../../app/contract.ts'
import { serviceLabels } from '../../app/contract-values.ts'
import type { Desk } from '../desk.svelte.ts'
import type { Dialogs } from '../dialogs.svelte.ts'
import { phaseWords } from '../sessions/sessions.svelte.ts'
import { shownKey, type KeyPlatform } from '../shortcuts/shortcuts.ts'
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
    ...profiles.all.map((profile): Choice => ({
      id: `tenant ${profile.id}`,
      kind: 'tenant',
      label: profile.name,
      detail: [profile.group, profile.domain].filter(Boolean).join(' · '),
      words: [profile.domain, profile.initialDomain ?? '', profile.group, profile.tenantId ?? '', profile.environment].filter(Boolean),
      colour: profile.colour,
      weight: scores[profile.id] ?? 0,
      act: () => onConnect(profile)
    })),
    ...commandsOf(desk, dialogs, platform)
  ]
}

function commandsOf(desk: Desk, dialogs: Dialogs, platform?: KeyPlatform): Choice[] {
  const { active } = desk.sessions
  const profile = active && desk.profiles.byId(active.profileId)
  const rows: Array<{ label: string; detail?: string; act(): void }> = [
    ...(active ? [{ label: 'Close this session', detail: shownKey('close', platform), act: () => void desk.close(active.id) }] : []),
    ...(active?.canReconnect ? [{ label: 'Reconnect this session', act: () => void desk.reconnect(active.id) }] : []),
    ...(profile ? [{ label: 'Open another session of this tenant', act: () => void desk.open(profile) }] : []),
    ...(profile ? [{ label: 'Check this tenant…', act: () => (dialogs.opened = { kind: 'check', profile, service: active.service }) }] : []),
    ...(profile ? [{ label: 'Edit this tenant’s profile…', act: () => (dialogs.opened = { kind: 'editor', profile }) }] : []),
    { label: 'New profile…', act: () => (dialogs.opened = { kind: 'editor' }) },
    { label: 'Import profiles…', act: () => (dialogs.opened = { kind: 'import' }) },
    { label: 'Export profiles…', act: () => (dialogs.opened = { kind: 'export' }) },
    { label: 'Sign-ins…', act: () => (dialogs.opened = { kind: 'signIns' }) },
    ...toolsOf(dialogs)
  ]
  return rows.map(({ label, detail = '', act }, index) => ({ id: `command ${label}`, kind: 'command', label, detail, words: [], weight: (rows.length - index) / rows.length / 1000, act }))
}
