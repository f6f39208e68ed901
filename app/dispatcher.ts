import type { z } from 'zod'
import { calls, events, type CallName, type CallOutput, type CallRequest, type EventData, type EventName, type Failure } from './contract.ts'
import { failure, TenantryError } from './failures.ts'

/** One function per call of the contract; a missing one does not compile. */
export type Handlers = { [N in CallName]: (input: CallRequest<N>) => Promise<CallOutput<N>> | CallOutput<N> }

export type Reply = { output: unknown } | { failure: Failure }

/** Where a request came from; the host knows how to tell its own window from a stranger. */
export interface Sender {
  trusted: boolean
  /** For the log: an address or a frame's URL. */
  description: string
}

/**
 * The one way in for control calls: checks the sender, the call's name, its input and its output, and turns every
 * error into one shape. It never throws.
 *
 * @param log told of rejected senders and of errors that are ours; never given an input
 * @param check throws for a call that is kept out at the moment
 */
export function createDispatcher(handlers: Handlers, log: (line: string) => void, check: (call: string) => void = () => {}) {
  return async (sender: Sender, name: string, input: unknown): Promise<Reply> => {
    try {
      if (!sender.trusted) {
        log(`rejected ${JSON.stringify(name.slice(0, 100))} from ${sender.description}`)
        throw failure('wrong-sender')
      }
      if (!Object.hasOwn(calls, name)) throw failure('bad-input', { what: `the call ${name.slice(0, 100)}` })
      check(name)
      return { output: await run(handlers, name as CallName, input) }
    } catch (error) {
      const known = TenantryError.from(error)
      if (known.code === 'internal') log(`${name}: ${error instanceof Error ? error.stack : String(error)}`)
      return { failure: known.toFailure() }
    }
  }
}

async function run<N extends CallName>(handlers: Handlers, name: N, input: unknown): Promise<unknown> {
  const { input: inputSchema, output: outputSchema } = calls[name]
  const parsed = inputSchema.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw failure('bad-input', { what: issue?.path.join('.') || name })
  }
  const handler = handlers[name] as (value: unknown) => unknown
  const answer = outputSchema.safeParse(await handler(parsed.data))
  if (answer.success) return answer.data
  throw failure('internal', { what: `the answer of ${name} breaks the contract at ${brokenAt(answer.error)}` })
}

export type EventListener = <N extends EventName>(event: N, data: EventData<N>) => void

/** The one way out for events. */
export interface EventSource {
  /** Tells every listener. What breaks the event's schema is logged and told to nobody. */
  emit: EventListener
  /** Returns the undo. */
  onEvent(listener: EventListener): () => void
  /** Forgets all listeners. */
  clear(): void
}

/**
 * Checks every event against the contract, and passes on no field that the contract does not name.
 *
 * @param log told of events that are wrong; never given their data
 */
export function createEvents(log: (line: string) => void): EventSource {
  const listeners = new Set<EventListener>()
  return {
    emit(event, data) {
      const checked = events[event].safeParse(data)
      if (!checked.success) return log(`${event}: its data breaks the contract at ${brokenAt(checked.error)}`)
      for (const listener of listeners) listener(event, checked.data as typeof data)
    },
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    clear: () => listeners.clear()
  }
}

/** Where a value breaks its schema; the value itself may be secret and is not in it. */
function brokenAt({ issues }: z.ZodError): string {
  return issues[0]?.path.join('.') || 'its top'
}
