import type { Cloud, Question } from '../adapters.ts'
import { outsideOf, type Binding } from '../credentials/credential.ts'
import type { CredentialStore, Kept, StoredCredential } from '../credentials/store.ts'
import { failure } from '../failures.ts'
import { missingCredential, type SignIn } from './sign-in.ts'

/** A tenant that a sign-in is to be used for. */
export interface Tenant {
  domain: string
  tenantId: string
}

type Confirm = (question: Question) => Promise<boolean>
type OnUndo = (step: () => Promise<unknown>) => void

/** Stands in a binding for “no tenant yet”: the store hands a credential out only for a tenant it is bound to. */
export const noTenant = '00000000-0000-0000-0000-000000000000'

/** Names of tenants that a question lists before it only counts the rest. */
const listedTenants = 20

/**
 * Has the use of an existing sign-in confirmed, where its credential was not confirmed for these tenants. Nothing is
 * asked where no credential is kept: the one that is entered later is bound to what it is entered for.
 *
 * @param usedElsewhere other profiles use the sign-in at the host it is confirmed for
 * @returns the binding that the credential then needs; null where it may stay
 * @throws TenantryError `cancelled`, `sign-in-other-host`, or `credential-missing` where its client id or kind is no
 *   longer the credential's
 */
export async function confirmUse(
  signIn: SignIn,
  cloud: Cloud,
  tenants: Tenant[],
  { credentials, confirm, usedElsewhere }: { credentials: CredentialStore; confirm: Confirm; usedElsewhere: (host: string) => boolean }
): Promise<Binding | null> {
  const bound = signIn.askEachTime ? null : await bindingOf(credentials, signIn.id)
  if (!bound) return null
  if (bound.clientId.toLowerCase() !== signIn.clientId || bound.kind !== signIn.kind) throw missingCredential(signIn.kind)
  const request = { authorityHost: cloud.loginHost, clientId: signIn.clientId }
  const unconfirmed = tenants.filter(({ tenantId }) => outsideOf(bound, { ...request, tenantId }) !== null)
  if (unconfirmed.length === 0) return null
  await checkHost(signIn, cloud, credentials, usedElsewhere)
  const sameHost = bound.authorityHost.toLowerCase() === cloud.loginHost.toLowerCase()
  if (!(await confirm(useQuestion(signIn, cloud, unconfirmed)))) throw failure('cancelled')
  const tenantIds = [...(sameHost ? bound.tenantIds : []), ...unconfirmed.map(({ tenantId }) => tenantId)]
  return { ...request, tenantIds: [...new Set(tenantIds.map((id) => id.toLowerCase()))].filter((id) => id !== noTenant) }
}

/**
 * A credential is bound to one login host. Throws `sign-in-other-host` where it would be taken away from profiles that
 * use it at another one.
 */
export async function checkHost(signIn: SignIn, cloud: Cloud, credentials: CredentialStore, usedElsewhere: (host: string) => boolean): Promise<void> {
  const bound = await bindingOf(credentials, signIn.id)
  if (!bound || bound.authorityHost.toLowerCase() === cloud.loginHost.toLowerCase() || !usedElsewhere(bound.authorityHost)) return
  throw failure('sign-in-other-host', { signIn: signIn.name, confirmed: bound.authorityHost, wanted: cloud.loginHost })
}

/**
 * The tenants, in lower case, that an entered credential may be bound to: those it is entered for, and those of the
 * sign-in's other users that the person allows by name. Nothing is asked about a tenant that the credential before was
 * confirmed for. Those that are refused stay out: each is asked about when it is connected.
 *
 * @param users the tenants of all profiles that use the sign-in at the host
 */
export async function confirmEntered(
  signIn: SignIn,
  loginHost: string,
  { enteredFor, users }: { enteredFor: Tenant[]; users: Tenant[] },
  { credentials, confirm }: { credentials: CredentialStore; confirm: Confirm }
): Promise<string[]> {
  const named = idsOf(enteredFor)
  const known = new Set([...named, ...(await boundAt(credentials, signIn.id, loginHost))])
  const others = users.filter(({ tenantId }) => !known.has(tenantId.toLowerCase()))
  const isAllowed = others.length > 0 && (await confirm(useQuestion(signIn, { loginHost }, others)))
  return isAllowed ? [...named, ...idsOf(others)] : named
}

/** The tenants, in lower case, that a sign-in's credential is confirmed for at a host, whatever its client id is now. */
export async function boundAt(credentials: CredentialStore, signInId: string, loginHost: string): Promise<string[]> {
  const bound = await bindingOf(credentials, signInId)
  return bound?.authorityHost.toLowerCase() === loginHost.toLowerCase() ? bound.tenantIds.map((id) => id.toLowerCase()) : []
}

const idsOf = (tenants: Tenant[]): string[] => tenants.map(({ tenantId }) => tenantId.toLowerCase())

/** Asks whether a sign-in may be used for tenants that it was not confirmed for. */
export function useQuestion(signIn: SignIn, cloud: Pick<Cloud, 'loginHost'>, tenants: Tenant[]): Question {
  const lines = tenants.slice(0, listedTenants).map(({ domain, tenantId }) => `Tenant: ${domain} (${tenantId})`)
  if (tenants.length > listedTenants) lines.push(`… and ${tenants.length - listedTenants} more tenants`)
  return {
    title: 'Use a sign-in for another tenant',
    message: `Let the sign-in “${signIn.name}” sign in to ${tenants.length === 1 ? tenants[0]!.domain : `${tenants.length} tenants`}?`,
    detail: [`Application (client) ID: ${signIn.clientId}`, `Login host: ${cloud.loginHost}`, ...lines].join('\n'),
    confirmLabel: 'Allow'
  }
}

/** What a sign-in's credential is bound to; null where there is none that can be read. */
export async function bindingOf(credentials: CredentialStore, signInId: string) {
  // One that can't be read is of no use to anybody: it has to be entered again.
  return credentials.bindingOf(signInId).catch(() => null)
}

/** Puts a credential in the place of the one before; undone by what `onUndo` is given. */
export async function replaceCredential(
  credentials: CredentialStore,
  signInId: string,
  next: { credential: StoredCredential; binding: Binding; keep: Kept },
  onUndo: OnUndo,
  keepBefore: Kept = next.keep
): Promise<void> {
  const before = await readEntry(credentials, signInId)
  onUndo(async () =>
    before ? credentials.set(signInId, before.credential, before.binding, keepBefore) : credentials.delete(signInId)
  )
  await credentials.set(signInId, next.credential, next.binding, next.keep)
}

/** Binds the kept credential anew; nothing happens where there is none. */
export async function rebind(credentials: CredentialStore, signInId: string, binding: Binding, keep: Kept, onUndo: OnUndo): Promise<void> {
  const entry = await readEntry(credentials, signInId)
  if (entry) await replaceCredential(credentials, signInId, { credential: entry.credential, binding, keep }, onUndo)
}

async function readEntry(credentials: CredentialStore, signInId: string): Promise<{ credential: StoredCredential; binding: Binding } | null> {
  const bound = await bindingOf(credentials, signInId)
  if (!bound) return null
  const { authorityHost, clientId, tenantIds } = bound
  const credential = await credentials.get(signInId, { authorityHost, clientId, tenantId: tenantIds[0] ?? '' })
  return credential && { credential, binding: { authorityHost, clientId, tenantIds } }
}
