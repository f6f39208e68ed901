import type { Cloud } from '../adapters.ts'
import type { CallInput, Profile } from '../contract.ts'
import { failure } from '../failures.ts'
import { normaliseDomain } from '../tokens/clouds.ts'
import { serviceTable } from '../tokens/services.ts'
import type { Content } from './file.ts'
import type { WorkingFolders } from './folders.ts'
import { checkName, hasUnseenCharacters } from './names.ts'
import type { SignIn } from './sign-in.ts'

type Draft = CallInput<'profiles.save'>['profile']
export type CheckedDraft = Omit<Profile, 'id' | 'tenantId' | 'initialDomain' | 'signInId'>

/** The profile of an id. Throws `profile-not-found`. */
export function findProfile(content: Content, id: string): Profile {
  const profile = content.profiles.find((candidate) => candidate.id === id)
  if (!profile) throw failure('profile-not-found')
  return profile
}

/** The sign-in of an id. Throws `sign-in-not-found`. */
export function findSignIn(content: Content, id: string): SignIn {
  const signIn = content.signIns.find((candidate) => candidate.id === id)
  if (!signIn) throw failure('sign-in-not-found', undefined, { field: 'signIn' })
  return signIn
}

/** Puts a thing in the place of the one with its id, or at the end. */
export function put<T extends { id: string }>(things: T[], thing: T): void {
  const at = things.findIndex(({ id }) => id === thing.id)
  if (at < 0) things.push(thing)
  else things[at] = thing
}

/** The editor's profile as it would be stored. Throws a failure with the field's name. */
export function checkDraft(draft: Draft, content: Content, folders: WorkingFolders): CheckedDraft {
  const { id, remotePowerShell: _, ...rest } = draft
  const before = content.profiles.find((profile) => profile.id === id)
  const name = checkName(draft.name, content.profiles.filter((other) => other.id !== id).map((other) => other.name))
  const group = (draft.group ?? '').trim()
  if (hasUnseenCharacters(group)) throw failure('name-unusable', undefined, { field: 'group' })
  return {
    ...rest,
    name,
    group,
    domain: normaliseDomain(draft.domain),
    customCloud: checkCustomCloud(draft),
    ...checkRemote(draft),
    workingFolder: folders.check(draft.workingFolder ?? '', before?.workingFolder),
    loadPowerShellProfile: draft.loadPowerShellProfile ?? false,
    moduleVersion: (draft.moduleVersion ?? '').trim(),
    notes: draft.notes ?? ''
  }
}

function checkCustomCloud({ cloud, customCloud }: Draft): Profile['customCloud'] {
  if (cloud !== 'custom') return null
  if (!customCloud) throw failure('cloud-unknown', { cloud })
  const { loginHost, exchangeHost, complianceHost = '', graphHost = '' } = customCloud
  const plain = (host: string) => host.trim().toLowerCase()
  return { loginHost: plain(loginHost), exchangeHost: plain(exchangeHost), complianceHost: plain(complianceHost), graphHost: plain(graphHost) }
}

/** Throws `service-unavailable-in-cloud` where the cloud lacks one of the services. */
export function checkServices(services: Profile['services'], cloud: Cloud): void {
  const missing = services.find((service) => cloud.services[service] === null)
  if (missing) throw failure('service-unavailable-in-cloud', { cloud: cloud.label, service: serviceTable[missing].words }, { field: 'cloud' })
}

/**
 * Throws `tenant-changed`, with both ids, where a profile's unchanged domain is another tenant than the pinned one.
 * A domain or cloud that the person changed is a choice, and is pinned anew.
 */
export function checkPin(before: Profile, draft: CheckedDraft, actual: string): void {
  const isSame = before.cloud === draft.cloud && sameHosts(before.customCloud, draft.customCloud) && before.domain === draft.domain
  if (isSame && before.tenantId && before.tenantId.toLowerCase() !== actual.toLowerCase()) {
    throw failure('tenant-changed', { domain: draft.domain, actual, expected: before.tenantId })
  }
}

/** A remote endpoint is one of Exchange's; what is not used is not kept. */
function checkRemote({ remotePowerShell, services }: Draft): Pick<Profile, 'remotePowerShell'> {
  if (!remotePowerShell || !services.includes('exchange')) return {}
  return { remotePowerShell: { connectionUri: remotePowerShell.connectionUri.trim(), allowRedirection: remotePowerShell.allowRedirection ?? false } }
}

/** Whether two clouds of an admin's own have the same hosts, letter for letter; so have two that are none. */
export function sameHosts(a: Profile['customCloud'], b: Profile['customCloud']): boolean {
  if (!a || !b) return a === b
  return a.loginHost === b.loginHost && a.exchangeHost === b.exchangeHost && a.complianceHost === b.complianceHost && a.graphHost === b.graphHost
}
