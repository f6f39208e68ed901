import type { Socket } from 'node:net'
import { isRecord, jsonOf } from '../json.ts'
import { FirstShell, LineSplitter, pipePath } from '../powershell/first-shell.ts'
import { pipeVersion } from '../powershell/messages.ts'

/** A row of 500 long cells, each character of them escaped, is shorter. */
export const maxPageBytes = 8 * 1024 * 1024
/** Whoever asked for a table connects within this time. */
const connectPatienceMs = 15_000

export interface GridPipe {
  readonly path: string
  /** Worth nothing after its first use. */
  readonly nonce: string
  send(message: object): void
  close(): void
}

export interface GridPipeEvents {
  /** Answers once what it brought is taken: nothing more is read before. */
  onMessage(message: Record<string, unknown>): Promise<void> | void
  /** The shell let it go, or nobody ever came. */
  onClosed(): void
}

/**
 * Opens the connection of one table and waits for its shell. As on the session pipe, who does not begin with the right
 * nonce is closed unanswered, and after the first valid hello nobody else is listened to. A slow reader makes the shell wait.
 *
 * @param folder the session's own folder, of mode 0700
 * @param name of the pipe in it, for no other table of that folder
 */
export async function openGridPipe(folder: string, name: string, platform: NodeJS.Platform, events: GridPipeEvents): Promise<GridPipe> {
  const pipe = new ServedGridPipe(pipePath(folder, name, platform), events)
  await pipe.listen()
  return pipe
}

class ServedGridPipe implements GridPipe {
  readonly path: string
  readonly #events: GridPipeEvents
  readonly #first = new FirstShell(readHello, (shell, _, early) => this.#accept(shell, early))
  readonly #patience: NodeJS.Timeout
  #shell: Socket | null = null
  #isClosed = false
  /** Pages that are read and not taken yet. */
  #waiting: string[] = []
  #isTaking = false
  #hasEnded = false

  constructor(path: string, events: GridPipeEvents) {
    this.path = path
    this.#events = events
    this.#patience = setTimeout(() => this.close(), connectPatienceMs)
    this.#patience.unref()
  }

  get nonce(): string {
    return this.#first.nonce
  }

  listen(): Promise<void> {
    return this.#first.listen(this.path)
  }

  send(message: object): void {
    this.#shell?.write(`${JSON.stringify({ v: pipeVersion, ...message })}\n`)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#patience)
    this.#waiting = []
    this.#first.close()
    // What was sent last is on its way still.
    this.#shell?.end()
    this.#shell?.destroySoon()
    this.#events.onClosed()
  }

  #accept(socket: Socket, early: Buffer): void {
    this.#shell = socket
    clearTimeout(this.#patience)
    const lines = new LineSplitter(maxPageBytes)
    const onData = (data: Buffer) => {
      this.#waiting.push(...(lines.push(data) ?? []))
      if (lines.overflown) return this.close()
      if (this.#waiting.length > 0) void this.#take(socket)
    }
    socket.on('data', onData)
    socket.on('close', () => {
      this.#hasEnded = true
      if (!this.#isTaking) this.close()
    })
    if (early.length > 0) onData(early)
  }

  /** Takes one page after the other, everything else its turn in between; meanwhile the socket is not read. */
  async #take(socket: Socket): Promise<void> {
    if (this.#isTaking) return
    this.#isTaking = true
    socket.pause()
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const message = jsonOf(this.#waiting.shift()!)
      if (!isRecord(message) || message.v !== pipeVersion) {
        this.#isTaking = false
        return this.close()
      }
      await this.#events.onMessage(message)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    this.#isTaking = false
    if (this.#hasEnded) this.close()
    else socket.resume()
  }
}

function readHello(line: string): { nonce: string } | null {
  const message = jsonOf(line)
  if (!isRecord(message)) return null
  const { v, type, nonce } = message
  return v === pipeVersion && type === 'hello' && typeof nonce === 'string' ? { nonce } : null
}
