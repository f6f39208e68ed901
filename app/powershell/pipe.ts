import type { Socket } from 'node:net'
import { FirstShell, LineSplitter, pipePath } from './first-shell.ts'
import { answersTo, pipeVersion, shellMessageSchema, type AppMessage, type ShellMessage } from './messages.ts'

/** A message is a few KiB (a token with many claims is the longest); more is not ours. */
export const maxLineBytes = 256 * 1024

type Hello = Extract<ShellMessage, { type: 'hello' }>

export interface SessionPipe {
  /** What the shell connects to: a Unix socket's path, or a pipe's full name on Windows. */
  readonly path: string
  /** Proof that a client is our shell; worth nothing after its first use. */
  readonly nonce: string
  send(message: AppMessage): void
  close(): void
}

export interface PipeEvents {
  onHello(hello: Hello): void
  onMessage(message: ShellMessage): void
  /** The accepted client spoke another version or garbage; the pipe is closed already. */
  onBroken(reason: string): void
  onClosed(): void
}

/**
 * Opens the pipe of one session and waits for its shell (`FirstShell`). After the first valid hello the nonce, which the
 * process's environment keeps, opens nothing any more.
 *
 * @param folder the session's own folder, of mode 0700
 */
export async function openSessionPipe(folder: string, platform: NodeJS.Platform, events: PipeEvents): Promise<SessionPipe> {
  const pipe = new ServedPipe(pipePath(folder, 'pipe', platform), events)
  await pipe.listen()
  return pipe
}

class ServedPipe implements SessionPipe {
  readonly path: string
  readonly #events: PipeEvents
  readonly #first = new FirstShell(readHello, (shell, hello, early) => this.#accept(shell, hello, early))
  #shell: Socket | null = null
  #closed = false
  #lastId = 0
  /** What is answered to each id that waits for one. */
  readonly #asked = new Map<number, readonly string[]>()

  constructor(path: string, events: PipeEvents) {
    this.path = path
    this.#events = events
  }

  get nonce(): string {
    return this.#first.nonce
  }

  listen(): Promise<void> {
    return this.#first.listen(this.path)
  }

  send(message: AppMessage): void {
    const answers = message.type in answersTo ? answersTo[message.type as keyof typeof answersTo] : null
    const id = answers ? { id: ++this.#lastId } : {}
    if (answers) this.#asked.set(this.#lastId, answers)
    this.#shell?.write(JSON.stringify({ v: pipeVersion, ...id, ...message }) + '\n')
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#first.close()
    this.#shell?.destroy()
    this.#events.onClosed()
  }

  #accept(shell: Socket, hello: Hello, early: Buffer): void {
    this.#shell = shell
    const lines = new LineSplitter(maxLineBytes)
    const onData = (data: Buffer) => {
      for (const line of lines.push(data) ?? []) this.#receive(line)
      if (lines.overflown) this.#break('a message was longer than the pipe allows')
    }
    shell.on('data', onData)
    shell.on('close', () => this.close())
    this.#events.onHello(hello)
    onData(early)
  }

  #receive(line: string): void {
    if (this.#closed) return
    const message = parseMessage(line)
    if (typeof message === 'string') this.#break(message)
    else if (!this.#isExpected(message)) this.#break('an answer came to nothing that was asked')
    else this.#events.onMessage(message)
  }

  /** Whether a message that answers something answers what was asked. */
  #isExpected(message: ShellMessage): boolean {
    if (!('id' in message) || message.id === undefined) return true
    const isExpected = this.#asked.get(message.id)?.includes(message.type) ?? false
    // A token that waits for the next command is told of once more, when it is taken.
    const isMoreToCome = message.type === 'renewed' && message.how === 'at-prompt'
    if (isExpected && !isMoreToCome) this.#asked.delete(message.id)
    return isExpected
  }

  #break(reason: string): void {
    if (this.#closed) return
    this.#events.onBroken(reason)
    this.close()
  }
}

function readHello(line: string): Hello | null {
  const message = parseMessage(line)
  return typeof message === 'string' || message.type !== 'hello' ? null : message
}

/** A message, or why the line is none. */
function parseMessage(line: string): ShellMessage | string {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return 'a line was not JSON'
  }
  const version = (json as { v?: unknown } | null)?.v
  if (version !== pipeVersion) {
    return `the shell speaks version ${JSON.stringify(version)} of the session pipe, this app version ${pipeVersion}`
  }
  const parsed = shellMessageSchema.safeParse(json)
  return parsed.success ? parsed.data : 'a message had an unknown form'
}
