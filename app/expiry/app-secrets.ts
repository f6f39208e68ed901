import { z } from 'zod'
import type { Network } from '../adapters.ts'
import { failure, fromNetwork } from '../failures.ts'
import { jsonOf } from '../json.ts'
import { askGraph } from '../tokens/service-client.ts'

/** One client secret of an app registration, as Microsoft Graph tells it: never the secret itself. */
export interface AppSecret {
  /** Entra's “Secret ID”. */
  keyId: string
  name: string
  /** The secret's first characters; null where Graph does not tell them. */
  hint: string | null
  /** ISO 8601. */
  startsOn: string | null
  endsOn: string
}

const time = z.iso.datetime({ offset: true })
const answerSchema = z.object({
  passwordCredentials: z.array(
    z.object({ keyId: z.guid(), displayName: z.string().nullish(), hint: z.string().nullish(), startDateTime: time.nullish(), endDateTime: time })
  )
})

/**
 * The client secrets of an app registration, which lives in the app's own tenant
 * (learn.microsoft.com/graph/api/application-get and /resources/passwordcredential).
 *
 * @param url Microsoft Graph's base URL
 * @throws TenantryError `expiry-not-allowed` without the permission, `expiry-no-app` where the app is of another tenant,
 *   `expiry-unreadable`, and what keeps a request from being answered
 */
export async function readAppSecrets({ url, accessToken, clientId, network }: { url: string; accessToken: string; clientId: string; network: Network }): Promise<AppSecret[]> {
  const { host } = new URL(url)
  const answer = await askGraph({ url, token: { accessToken }, network }, `/v1.0/applications(appId='${encodeURIComponent(clientId)}')?$select=passwordCredentials`)
  if (answer.status === 403) throw failure('expiry-not-allowed', { app: clientId })
  if (answer.status === 404) throw failure('expiry-no-app', { app: clientId })
  if (answer.status !== 200) throw fromNetwork(answer, host)
  const read = answerSchema.safeParse(jsonOf(answer.body))
  if (!read.success) throw failure('expiry-unreadable', { host })
  return read.data.passwordCredentials.map(({ keyId, displayName, hint, startDateTime, endDateTime }) => ({
    keyId: keyId.toLowerCase(), name: (displayName ?? '').slice(0, 200), hint: hint || null, startsOn: startDateTime ?? null, endsOn: endDateTime
  }))
}

/** How the one among several was told; null where it was not. */
export type MatchedBy = 'person' | 'chosen-before' | 'only' | 'beginning'

/**
 * Which of an app's secrets a sign-in holds. Graph tells their first characters: whatever begins otherwise is another one.
 *
 * @param known what is known of the sign-in's: its first characters, the one that was told apart before, the one a person chose now
 */
export function matchSecret(secrets: readonly AppSecret[], known: { hint: string | null; before: string | null; chosen: string | null }): { secret: AppSecret; by: MatchedBy } | null {
  const byId = (id: string | null) => secrets.find(({ keyId }) => keyId === id?.toLowerCase())
  const chosen = byId(known.chosen)
  if (chosen) return { secret: chosen, by: 'person' }
  const fits = (secret: AppSecret) => secret.hint === null || known.hint === null || secret.hint === known.hint
  const before = byId(known.before)
  if (before && fits(before)) return { secret: before, by: 'chosen-before' }
  const fitting = secrets.filter(fits)
  const [first] = fitting
  if (fitting.length !== 1 || !first) return null
  return { secret: first, by: secrets.length === 1 ? 'only' : 'beginning' }
}

/** As many characters as Graph's hints have. */
export const hintOf = (secret: string): string => secret.slice(0, 3)
