import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { answersTo, pipeVersion, shellMessageSchema, type AppMessage, type ShellMessage } from './messages.ts'

/** sockaddr_un holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
export const maxSocketPathBytes = 103
/** A message is a few KiB (a token with many claims is the longest); more is not ours. */
export const maxLineBytes = 256 * 1024
/** Until its nonce is accepted a client may say no more than a hello's length. */
export const maxHelloBytes = 4 * 1024
/** A client that says nothing for this long is not our shell. */
export const helloPatienceMs = 5_000

export interface SessionPipe {
  /** What the shell connects to: a Unix socket's path, or a pipe's full name on Windows. */
  readonly path: string
  /** Proof that a client is our shell; worth nothing after its first use. */
  readonly nonce: string
  send(message: AppMessage): void
  close(): void
}

export interface PipeEvents {
  onHello(hello: Extract<ShellMessage, { type: 'hello' }>): void
  onMessage(message: ShellMessage): void
  /** The accepted client spoke another version or garbage; the pipe is closed already. */
  onBroken(reason: string): void
  onClosed(): void
}

/**
 * Opens the pipe of one session and waits for its shell. A client that does not begin with the right nonce is
 * closed unanswered. After the first valid hello the server stops listening, so the nonce, which the process's
 * environment keeps, opens nothing any more.
 *
 * @param folder the session's own folder, of mode 0700 (its permissions are what guards the socket on Unix)
 */
export async function openSessionPipe(folder: string, platform: NodeJS.Platform, events: PipeEvents): Promise<SessionPipe> {
  const nonce = randomBytes(32).toString('base64url')
  const path =
    platform === 'win32' ? `\\\\.\\pipe\\tenantry-${randomBytes(16).toString('hex')}` : join(folder, 'pipe')
  if (platform !== 'win32' && Buffer.byteLength(path) > maxSocketPathBytes) {
    throw new Error(`The path of the session pipe is longer than ${maxSocketPathBytes} bytes: ${path}`)
  }
  const pipe = new ServedPipe(path, nonce, events)
  await pipe.listen()
  return pipe
}

class ServedPipe implements SessionPipe {
  readonly path: string
  readonly nonce: string
  readonly #events: PipeEvents
  readonly #server: Server
  readonly #strangers = new Set<Socket>()
  #shell: Socket | null = null
  #closed = false
  #lastId = 0
  /** What is answered to each id that waits for one. */
  readonly #asked = new Map<number, readonly string[]>()

  constructor(path: string, nonce: string, events: PipeEvents) {
    this.path = path
    this.nonce = nonce
    this.#events = events
    this.#server = createServer((socket) => this.#greet(socket))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.path, resolve)
    })
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
    this.#server.close()
    for (const socket of this.#strangers) socket.destroy()
    this.#shell?.destroy()
    this.#events.onClosed()
  }

  #greet(socket: Socket): void {
    this.#strangers.add(socket)
    const patience = setTimeout(() => socket.destroy(), helloPatienceMs)
    const lines = new LineSplitter(maxHelloBytes)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(patience)
      this.#strangers.delete(socket)
    })
    const onData = (data: Buffer) => {
      const [line, ...more] = lines.push(data) ?? []
      if (line === undefined && !lines.overflown) return
      socket.off('data', onData)
      const hello = line === undefined ? null : this.#readHello(line)
      if (!hello || this.#shell || this.#closed) {
        socket.destroy()
        return
      }
      clearTimeout(patience)
      this.#accept(socket, hello, lines)
      for (const early of more) this.#receive(early)
    }
    socket.on('data', onData)
  }

  #readHello(line: string): Extract<ShellMessage, { type: 'hello' }> | null {
    const message = parseMessage(line)
    if (typeof message === 'string' || message.type !== 'hello') return null
    const said = Buffer.from(message.nonce)
    const right = Buffer.from(this.nonce)
    // Lengths may differ openly: the nonce's length is no secret.
    return said.length === right.length && timingSafeEqual(said, right) ? message : null
  }

  #accept(socket: Socket, hello: Extract<ShellMessage, { type: 'hello' }>, lines: LineSplitter): void {
    this.#shell = socket
    this.#strangers.delete(socket)
    this.#server.close()
    for (const stranger of this.#strangers) stranger.destroy()
    lines.limit = maxLineBytes
    socket.on('data', (data) => {
      for (const line of lines.push(data) ?? []) this.#receive(line)
      if (lines.overflown) this.#break('a message was longer than the pipe allows')
    })
    socket.on('close', () => this.close())
    this.#events.onHello(hello)
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

/** Cuts a byte stream into lines; past `limit` bytes without a line's end it stays overflown. */
class LineSplitter {
  limit: number
  #rest: Buffer = Buffer.alloc(0)
  overflown = false

  constructor(limit: number) {
    this.limit = limit
  }

  push(data: Buffer): string[] | null {
    if (this.overflown) return null
    const all = Buffer.concat([this.#rest, data])
    const lines: string[] = []
    let start = 0
    for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, start)) {
      if (end - start > this.limit) {
        this.overflown = true
        return lines
      }
      lines.push(all.subarray(start, end).toString('utf8').replace(/\r$/, ''))
      start = end + 1
    }
    this.#rest = all.subarray(start)
    if (this.#rest.length > this.limit) this.overflown = true
    return lines.length > 0 ? lines : null
  }
}
