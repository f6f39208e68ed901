import type { Adapters, Cloud } from '../adapters.ts'
import { CommandRecorder } from '../command-log/recorder.ts'
import type { LoggedCommand, Profile, Service, SessionView } from '../contract.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import type { ConnectMessage } from '../powershell/messages.ts'
import type { Token } from '../tokens/acquire.ts'
import type { TokenBroker, TokenSubject } from '../tokens/broker.ts'
import { connectWith } from './connect-parameters.ts'
import { endOf } from './renewal.ts'
import type { TenantProof } from './tenant-proof.ts'

/** What a session needs to know of its tenant and who signs in. */
export interface SessionPlan {
  profile: Profile
  cloud: Cloud
  appName: string
  /** Whom its tokens are for, as the profile was when the plan was made. */
  subject: TokenSubject
}

export interface SessionServices {
  adapters: Adapters
  powershell(): Promise<FoundPowerShell>
  plan(profileId: string): SessionPlan
  tokens: TokenBroker
  /** Asks the service which tenant it serves; throws where it is another one. */
  prove(plan: SessionPlan, service: Service, token: Token): Promise<TenantProof>
  /** Puts a command into the command log. */
  logCommand(command: Omit<LoggedCommand, 'user'>): void
  onChange(view: SessionView): void
}

/** What makes two plans the same tenant: its id, and the hosts that know it. */
export const tenantOf = ({ profile, cloud }: SessionPlan): string => `${profile.tenantId ?? profile.domain} at ${cloud.loginHost}`

/** The name that the service knows the tenant by: its initial domain, once that is known. */
export const organizationOf = ({ profile }: SessionPlan): string => profile.initialDomain ?? profile.domain

/**
 * Tells the shell to connect a service.
 *
 * @param organization the domain that the tenant is named by
 * @throws TenantryError where the profile's remote endpoint may not be sent the token
 */
export function connectMessage(plan: SessionPlan, service: Service, token: Token, organization: string): ConnectMessage {
  return {
    type: 'connect',
    service,
    accessToken: token.accessToken,
    expiresOn: endOf(token),
    organization,
    ...connectWith(plan, service, organization, token.account),
    appName: plan.appName,
    account: token.account?.username ?? null
  }
}

/** Writes the commands of a session of this plan into the log. */
export function recorderOf({ profile, subject }: SessionPlan, service: Service, { tokens, adapters, logCommand }: SessionServices): CommandRecorder {
  return new CommandRecorder({
    place: { profile: profile.name, service, tenantId: profile.tenantId ?? '', app: subject.clientId },
    uti: () => tokens.newestId(subject, service),
    now: adapters.now,
    append: logCommand
  })
}
