import type { Adapters, Cloud } from '../adapters.ts'
import { CommandRecorder } from '../command-log/recorder.ts'
import { serviceLabels, type LoggedCommand, type Profile, type Service, type SessionView } from '../contract.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import type { ConnectMessage } from '../powershell/messages.ts'
import type { Token } from '../tokens/acquire.ts'
import type { TranscriptFolder } from '../transcripts/file.ts'
import type { TranscriptPlace } from '../transcripts/transcript.ts'
import type { TokenBroker, TokenSubject } from '../tokens/broker.ts'
import { connectWith } from './connect-parameters.ts'
import { endOfToken } from './renewal.ts'
import type { TenantProof } from './tenant-proof.ts'
import type { WarmShells } from './warm-shells.ts'

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
  warmShells: WarmShells | null
  /** Asks the service which tenant it serves; throws where it is another one. */
  prove(plan: SessionPlan, service: Service, token: Token): Promise<TenantProof>
  /** Keeps the machine from sleeping for the sake of sessions. */
  keepAwake(on: boolean): void
  /** How long a guard asks nothing after "not again". */
  guardPauseMinutes(): number
  /** Whether lines are read for a screen reader. */
  screenReader(): boolean
  /** Puts a command into the command log. */
  logCommand(command: Omit<LoggedCommand, 'user'>): void
  /** Where transcripts go. */
  transcriptFolder(): TranscriptFolder
  /** See `Attention`. */
  longCommandMs(): number | null
  /** Opens the connection for a table of a session, in a folder of its own. */
  offerGrid(sessionId: string, folder: string): Promise<{ path: string; nonce: string }>
  onChange(view: SessionView): void
}

/** Whose session a transcript says it is of; null where its profile keeps none. */
export function transcriptPlace({ profile }: SessionPlan, { name, service }: Pick<SessionView, 'name' | 'service'>): TranscriptPlace | null {
  if (!profile.keepTranscript) return null
  return { name, tenant: `${profile.initialDomain ?? profile.domain} (${profile.tenantId ?? 'not known'})`, service: serviceLabels[service] }
}

/** What makes two plans the same tenant: its id, and the hosts that know it. */
export const tenantOf = ({ profile, cloud }: Pick<SessionPlan, 'profile' | 'cloud'>): string => `${profile.tenantId ?? profile.domain} at ${cloud.loginHost}`

/** Whether a plan leads to a tenant that `tenantOf` named before, by its domain where its id was not known yet. */
export const leadsTo = (plan: Pick<SessionPlan, 'profile' | 'cloud'>, tenant: string): boolean => tenantOf(plan) === tenant || `${plan.profile.domain} at ${plan.cloud.loginHost}` === tenant

/** The name that the service knows the tenant by: its initial domain, once that is known. */
export const organizationOf = ({ profile }: SessionPlan): string => profile.initialDomain ?? profile.domain

/**
 * Tells the shell to connect a service.
 *
 * @param organization the domain that the tenant is named by
 * @throws TenantryError where the profile's remote endpoint may not be sent the token
 */
export function connectMessage(plan: SessionPlan, service: Service, token: Token, organization: string, commands: readonly string[] | null = null): ConnectMessage {
  return {
    type: 'connect',
    service,
    accessToken: token.accessToken,
    expiresOn: endOfToken(token),
    organization,
    ...connectWith(plan, service, organization, token.account, commands),
    appName: plan.appName,
    account: token.account?.username ?? null
  }
}

/** Writes the commands of a session of this plan, or of its tenant in a run, into the log. */
export function recorderOf({ profile, subject }: SessionPlan, service: Service, { tokens, adapters, logCommand }: Pick<SessionServices, 'tokens' | 'adapters' | 'logCommand'>): CommandRecorder {
  return new CommandRecorder({
    place: { profile: profile.name, service, tenantId: profile.tenantId ?? '', app: subject.clientId },
    uti: () => tokens.newestId(subject, service),
    now: adapters.now,
    append: logCommand
  })
}
