import { randomBytes, randomUUID, type KeyObject, type X509Certificate } from 'node:crypto'
import { createAccounts, type DemoAccount } from './accounts.ts'
import { Directory } from './directory.ts'
import { guidFrom } from './guid.ts'
import { directoryRoles } from './names.ts'

/** What the demo's apps are for: one works, each of the others shows one failure. */
export const behaviours = ['healthy', 'noPermission', 'noRole', 'expiredSecret', 'throttled'] as const
export type Behaviour = (typeof behaviours)[number]

/** AADSTS codes an app can be set to fail with, whatever it sends. */
export type FailureCode = 53003 | 50105 | 65001 | 7000229 | 700016 | 700027 | 700024 | 7000215 | 7000222 | 500011

/** As an app registration has it, with the public key that the issuer's metadata would tell. */
export interface FederatedCredential {
  issuer: string
  subject: string
  audience: string
  key: KeyObject
}

/** An app registration with its service principal in one tenant. All fields but the ids may be changed at run time. */
export interface DemoApp {
  name: string
  clientId: string
  /** The service principal's object id: the token's `oid`. */
  objectId: string
  behaviour: Behaviour
  /** Made at random at each start. */
  clientSecret: string
  /** Public certificates (PEM or DER) that may sign client assertions. */
  certificates: Array<string | Buffer | X509Certificate>
  /** Whose tokens may stand for the app's own assertion, and for whom they have to be. */
  federatedCredentials: FederatedCredential[]
  /** Its client secrets as Microsoft Graph tells them. The one that is good begins with its hint. */
  passwordCredentials: Array<{ keyId: string; displayName: string; hint: string; startDateTime: string; endDateTime: string }>
  /** App roles in the token. */
  roles: string[]
  /** App roles in a token for Microsoft Graph. */
  graphRoles: string[]
  /** Directory roles in the token, beside the one that stands in every app token. */
  wids: string[]
  failWith: FailureCode | null
  secretExpired: boolean
  throttled: boolean
  /** Seconds in the Retry-After of a throttled answer. */
  retryAfterSeconds: number
}

export interface DemoTenant {
  name: string
  /** The initial domain, `<something>.onmicrosoft.com`. */
  domain: string
  /** All verified domains, the initial one first. */
  domains: string[]
  tenantId: string
  apps: DemoApp[]
  accounts: DemoAccount[]
  directory: Directory
}

/** What a new tenant may be told; everything else follows from the name. */
export interface TenantSettings {
  name: string
  domain?: string
  vanityDomain?: string
  tenantId?: string
  mailboxes?: number
  /** The tenant of a partner who manages this one. */
  partner?: { tenantId: string; domain: string }
  apps?: AppSettings[]
}

interface AppSettings {
  name: string
  clientId?: string
  behaviour: Behaviour
  /** App roles in a token for Microsoft Graph, beside those that every app has. */
  graphRoles?: string[]
}

/** The two tenants that the app shows on its first start. Ids are fixed, secrets are not. */
export const demoTenantSettings: TenantSettings[] = [
  {
    name: 'Contoso demo',
    domain: 'contosodemo.onmicrosoft.com',
    vanityDomain: 'contoso.example',
    tenantId: '8f2d1c4e-5b7a-4c3d-9e10-6a2b7c8d9e01',
    partner: { tenantId: 'b41c6d92-0e3f-4a85-8d27-19f5c3a7e402', domain: 'fabrikamdemo.onmicrosoft.com' },
    apps: [
      { name: 'Tenantry demo', clientId: '3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b601', behaviour: 'healthy', graphRoles: ['Application.Read.All'] },
      { name: 'Demo: no permission', clientId: '3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b602', behaviour: 'noPermission' },
      { name: 'Demo: no role', clientId: '3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b603', behaviour: 'noRole' },
      { name: 'Demo: expired secret', clientId: '3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b604', behaviour: 'expiredSecret' },
      { name: 'Demo: throttled', clientId: '3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b605', behaviour: 'throttled' }
    ]
  },
  {
    name: 'Fabrikam demo',
    domain: 'fabrikamdemo.onmicrosoft.com',
    vanityDomain: 'fabrikam.example',
    tenantId: 'b41c6d92-0e3f-4a85-8d27-19f5c3a7e402',
    apps: [{ name: 'Tenantry demo', clientId: '94d2f5c8-6a31-4be7-b8f0-2c5e9d7a1302', behaviour: 'healthy' }]
  }
]

const defaultMailboxes = 1500

/** Small tenants in any number, for who needs many: from 3 to 9 mailboxes each. */
export function generatedTenantSettings(count: number): TenantSettings[] {
  const digits = Math.max(2, String(count).length)
  return Array.from({ length: count }, (_, index) => ({ name: `Tenant ${String(index + 1).padStart(digits, '0')}`, mailboxes: 3 + (index % 7) }))
}

/** Makes a tenant: the same settings give the same ids and the same mailboxes, and other secrets each time. */
export function createTenant(settings: TenantSettings): DemoTenant {
  const slug = settings.name.toLowerCase().replace(/[^a-z0-9]/g, '') || 'tenant'
  const domain = settings.domain ?? `${slug}.onmicrosoft.com`
  const domains = [domain, settings.vanityDomain ?? `${slug}.example`]
  const tenantId = settings.tenantId ?? guidFrom(`tenant ${settings.name}`)
  const apps = settings.apps ?? [{ name: 'Tenantry demo', behaviour: 'healthy' as const }]
  return {
    name: settings.name,
    domain,
    domains,
    tenantId,
    apps: apps.map((app) => createApp(app, tenantId)),
    accounts: createAccounts(tenantId, domain, settings.partner ?? null),
    directory: new Directory({ tenantId, name: settings.name, domains, mailboxes: settings.mailboxes ?? defaultMailboxes })
  }
}

function createApp(settings: AppSettings, tenantId: string): DemoApp {
  const { name, behaviour, graphRoles = [] } = settings
  const clientSecret = newSecret()
  const clientId = settings.clientId ?? guidFrom(`app ${name} ${tenantId}`)
  return {
    name,
    clientId,
    objectId: guidFrom(`service principal ${clientId} ${tenantId}`),
    behaviour,
    clientSecret,
    certificates: [],
    federatedCredentials: [],
    passwordCredentials: [credentialOf('Made for Tenantry', clientSecret, behaviour === 'expiredSecret' ? -40 : 23)],
    roles: behaviour === 'noPermission' ? [] : ['Exchange.ManageAsApp'],
    graphRoles: behaviour === 'noPermission' ? [] : ['Organization.Read.All', 'User.Read.All', ...graphRoles],
    wids: behaviour === 'noRole' ? [] : [directoryRoles.exchangeAdministrator, directoryRoles.complianceAdministrator],
    failWith: null,
    secretExpired: behaviour === 'expiredSecret',
    throttled: behaviour === 'throttled',
    retryAfterSeconds: 5
  }
}

const dayMs = 24 * 3600 * 1000

/** A client secret as Graph tells it, that ends so many days from now and began half a year before. */
export function credentialOf(displayName: string, secret: string, endsInDays: number): DemoApp['passwordCredentials'][number] {
  const end = Date.now() + endsInDays * dayMs
  const [startDateTime, endDateTime] = [end - 180 * dayMs, end].map((at) => `${new Date(at).toISOString().slice(0, 19)}Z`) as [string, string]
  return { keyId: randomUUID(), displayName, hint: secret.slice(0, 3), startDateTime, endDateTime }
}

/** A client secret in the shape Entra gives them: 40 characters with `8Q~` after the third. */
export function newSecret(): string {
  const characters = randomBytes(48).toString('base64url').replace(/-/g, '.')
  return `${characters.slice(0, 3)}8Q~${characters.slice(3, 37)}`
}
