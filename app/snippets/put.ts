import type { CallOutput, CallRequest } from '../contract.ts'
import { failure, TenantryError } from '../failures.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Snippets } from './snippets.ts'

type Refused = CallOutput<'snippets.put'>['refused']

/**
 * Types a snippet with its values at the prompts of sessions, side by side; answers where that was refused, and why.
 *
 * @throws TenantryError `snippet-…` where there is nothing to type
 */
export async function putSnippet({ id, values, sessions: chosen, how }: CallRequest<'snippets.put'>, snippets: Pick<Snippets, 'get' | 'fill'>, sessions: Pick<Sessions, 'list' | 'put'>): Promise<Refused> {
  const text = snippets.fill(id, values)
  const { profileId } = snippets.get(id)
  const put = async (sessionId: string): Promise<Refused> => {
    try {
      const session = sessions.list().find((one) => one.id === sessionId)
      if (profileId !== null && session && session.profileId !== profileId) throw failure('snippet-of-another-tenant', { name: session.name })
      await sessions.put(sessionId, text, { isRun: how === 'run' })
      return []
    } catch (error) {
      return [{ id: sessionId, failure: TenantryError.from(error).toFailure() }]
    }
  }
  return (await Promise.all([...new Set(chosen)].map(put))).flat()
}
