import { calls, type CallName, type CallOutput, type CallRequest, type Failure } from './contract.ts'
import { TenantryError } from './failures.ts'

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
 */
export function createDispatcher(handlers: Handlers, log: (line: string) => void) {
  return async (sender: Sender, name: string, input: unknown): Promise<Reply> => {
    try {
      if (!sender.trusted) {
        log(`rejected ${name} from ${sender.description}`)
        throw new TenantryError('wrong-sender')
      }
      if (!Object.hasOwn(calls, name)) throw new TenantryError('bad-input', { what: `the call ${name}` })
      return { output: await run(handlers, name as CallName, input) }
    } catch (error) {
      const failure = TenantryError.from(error)
      if (failure.code === 'internal') log(`${name}: ${error instanceof Error ? error.stack : String(error)}`)
      return { failure: failure.toFailure() }
    }
  }
}

async function run<N extends CallName>(handlers: Handlers, name: N, input: unknown): Promise<unknown> {
  const { input: inputSchema, output: outputSchema } = calls[name]
  const parsed = inputSchema.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new TenantryError('bad-input', { what: issue?.path.join('.') || name })
  }
  const handler = handlers[name] as (value: unknown) => unknown
  return outputSchema.parse(await handler(parsed.data))
}
