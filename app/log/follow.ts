import type { Core } from '../core.ts'
import type { EventData } from '../contract.ts'
import type { Log } from './log.ts'

/** Writes what becomes of sessions into the log: ids, phases and failures, and nothing that is on their screens. */
export function followSessions(core: Pick<Core, 'onEvent'>, log: Log): () => void {
  const known = new Map<string, string>()
  return core.onEvent((event, data) => {
    if (event === 'session.removed') known.delete((data as EventData<'session.removed'>).id)
    if (event !== 'session.state') return
    const session = data as EventData<'session.state'>
    const problem = session.failure ?? session.renewal?.problem ?? null
    const told = `${session.phase}${problem ? ` (${problem.message} [${problem.code}])` : ''}`
    if (known.get(session.id) === told) return
    known.set(session.id, told)
    const line = `session ${session.id} ${session.service}: ${told}`
    if (problem) log.warn(line)
    else log.info(line)
  })
}
