import { domainToASCII } from 'node:url'
import type { Cloud } from '../../adapters.ts'
import { serviceLabels, type Profile, type RunView, type Service, type SignInView } from '../../contract.ts'
import { failure } from '../../failures.ts'
import { isGuid } from '../../guid.ts'
import { leadsTo, tenantOf as placeOf } from '../../sessions/session-plan.ts'
import { remoteOf } from '../../sessions/remote-powershell.ts'
import { slugsOf } from './slug.ts'

/** One tenant as an export has it: nothing in it is secret. */
export interface ExportTenant {
  /** Its name in files, jobs and parameters: small letters, digits and hyphens. */
  slug: string
  name: string
  tenantId: string
  /** What the service is told: the initial domain once that is known. */
  organization: string
  clientId: string
  /** The sign-in's own name, and what it is called in the engine's store of secrets. */
  signIn: string
  /** Where the login authority is, the tenant's id with it. */
  authority: string
  /** What a token is for. */
  resource: string
  /** What the connect cmdlet is given for the cloud and for the profile. */
  connect: Record<string, string | boolean>
}

/** What is known of a profile of the run; null where it is gone. */
export interface ExportSource {
  profile: Profile
  cloud: Cloud
  signIn: SignInView | null
}

export interface ExportTenants {
  tenants: ExportTenant[]
  leftOut: Array<{ name: string; reason: string }>
  /** Of those that go. */
  sources: ExportSource[]
}

/**
 * The tenants of a run that can be exported, and why the others can't.
 *
 * @param chosen which tenant each profile led to when the run began: it goes nowhere else
 * @throws TenantryError `run-export-nobody`
 */
export function tenantsToExport(run: Pick<RunView, 'tenants' | 'service' | 'isReadOnly'>, chosen: ReadonlyMap<string, string>, find: (profileId: string) => ExportSource | null): ExportTenants {
  const leftOut: ExportTenants['leftOut'] = []
  const sources: ExportSource[] = []
  for (const { profileId, name } of run.tenants) {
    const source = find(profileId)
    const reason = reasonAgainst(source, run, chosen.get(profileId)!)
    if (reason === null) sources.push(source!)
    else leftOut.push({ name: source?.profile.name ?? name, reason })
  }
  if (sources.length === 0) throw failure('run-export-nobody', leftOut[0] ?? { name: 'The run', reason: 'It has no tenant.' })
  const slugs = slugsOf(sources.map(({ profile }) => profile.name), 'tenant')
  return { tenants: sources.map((source, at) => tenantOf(source, slugs[at]!, run.service)), leftOut, sources }
}

function reasonAgainst(source: ExportSource | null, { service, isReadOnly }: Pick<RunView, 'service' | 'isReadOnly'>, before: string): string | null {
  if (!source) return 'Its profile is not there any more.'
  const { profile, cloud, signIn } = source
  if (!leadsTo(source, before)) return failure('run-of-another-tenant', { before, after: placeOf(source) }).message
  if (profile.readOnly && !isReadOnly) return 'Its profile has “Read-only sessions”, and this run may change data. Start a run that only reads, or take that off its profile.'
  if (!profile.tenantId) return 'Its tenant id is not known: open its profile and save it again.'
  if (!signIn) return 'Its profile has no sign-in.'
  if (signIn.kind === 'account') return 'Its sign-in is a person’s account, and nobody is there to sign in. Give its profile the sign-in of an app.'
  if (!profile.services.includes(service)) return `Its profile has no ${serviceLabels[service]}.`
  if (cloud.services[service] === null) return `Its cloud has no host for ${serviceLabels[service]}.`
  if (remoteOf(profile, service)) return 'Its profile goes over a remote PowerShell endpoint of its own, which takes no certificate.'
  if (service !== 'graph' && isGuid(organizationOf(profile))) return 'Only its tenant id is known, and Exchange wants its domain: connect to it once, or type a domain in its profile.'
  return null
}

const organizationOf = (profile: Profile) => profile.initialDomain ?? profile.domain

function tenantOf({ profile, cloud, signIn }: ExportSource, slug: string, service: Service): ExportTenant {
  const organization = organizationOf(profile)
  return {
    slug,
    name: profile.name,
    tenantId: profile.tenantId!.toLowerCase(),
    organization: domainToASCII(organization) || organization,
    clientId: signIn!.clientId.toLowerCase(),
    signIn: signIn!.name,
    authority: `${cloud.browserUrl ?? `https://${cloud.loginHost}`}/${profile.tenantId!.toLowerCase()}`,
    resource: cloud.services[service]!.resource,
    connect: { ...cloud.connectParameters[service], ...(service === 'compliance' && profile.searchOnlySession ? { EnableSearchOnlySession: true } : {}) }
  }
}
