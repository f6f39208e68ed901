import type { SignInView } from '../../contract.ts'
import { slugsOf } from './slug.ts'
import type { ExportTenant, ExportTenants } from './tenants.ts'

/** A sign-in that tenants of an export share. */
export interface ExportSignIn {
  name: string
  clientId: string
  kind: SignInView['kind']
  /** The name of its certificate in the engine's store. */
  certificate: string
  /** Its tenants' slugs. */
  tenants: string[]
}

/** The sign-ins of an export's tenants, each once, in the order of the tenants. `nameOf` makes a name of the store from a slug. */
export function signInsOf({ tenants, sources }: ExportTenants, nameOf: (slug: string) => string): ExportSignIn[] {
  const found = new Map<string, { signIn: SignInView; tenants: string[] }>()
  for (const [at, { signIn }] of sources.entries()) {
    const known = found.get(signIn!.id) ?? { signIn: signIn!, tenants: [] }
    known.tenants.push(tenants[at]!.slug)
    found.set(signIn!.id, known)
  }
  const all = [...found.values()]
  const slugs = slugsOf(all.map(({ signIn }) => signIn.name), 'app')
  return all.map(({ signIn: { name, clientId, kind }, tenants: own }, at) => ({ name, clientId: clientId.toLowerCase(), kind, certificate: nameOf(slugs[at]!), tenants: own }))
}

/** What the certificate of a tenant's sign-in is called in the engine's store. */
export function certificateOf(tenant: ExportTenant, signIns: readonly ExportSignIn[]): string {
  return signIns.find(({ tenants }) => tenants.includes(tenant.slug))!.certificate
}
