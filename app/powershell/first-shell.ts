import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'

/** sockaddr_un holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
export const maxSocketPathBytes = 103
/** Until its nonce is accepted a client may say no more than a hello's length. */
export const maxHelloBytes = 4 * 1024
/** A client that says nothing for this long is not our shell. */
const helloPatienceMs = 5_000

/**
 * Where a pipe is: a Unix socket in a folder of mode 0700 (its permissions are what guards it), or a pipe of a name that
 * nobody guesses on Windows.
 *
 * @throws Error where the socket's path is too long
 */
export function pipePath(folder: string, name: string, platform: NodeJS.Platform): string {
  if (platform === 'win32') return `\\\\.\\pipe\\tenantry-${randomBytes(16).toString('hex')}`
  const path = join(folder, name)
  if (Buffer.byteLength(path) > maxSocketPathBytes) throw new Error(`The path of a session's pipe is longer than ${maxSocketPathBytes} bytes: ${path}`)
  return path
}

/** Listens for one shell. A client whose first line is no hello with the right nonce is closed unanswered; after the first valid one nobody is listened to. */
export class FirstShell<Hello extends { nonce: string }> {
  /** Proof that a client is our shell; worth nothing after its first use. */
  readonly nonce = randomBytes(32).toString('base64url')
  readonly #readHello: (line: string) => Hello | null
  readonly #onShell: (shell: Socket, hello: Hello, early: Buffer) => void
  readonly #server = createServer((socket) => this.#greet(socket))
  readonly #strangers = new Set<Socket>()
  #isOver = false

  /** @param onShell is given what came behind the hello in one piece with it */
  constructor(readHello: (line: string) => Hello | null, onShell: (shell: Socket, hello: Hello, early: Buffer) => void) {
    this.#readHello = readHello
    this.#onShell = onShell
  }

  async listen(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(path, resolve)
    })
  }

  /** Listens to nobody any more; the shell that came is left as it is. */
  close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#server.close()
    for (const stranger of this.#strangers) stranger.destroy()
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
      const end = data.indexOf(10)
      const [line] = lines.push(end < 0 ? data : data.subarray(0, end + 1)) ?? []
      if (line === undefined && !lines.overflown) return
      socket.off('data', onData)
      const hello = line === undefined || this.#isOver ? null : this.#readHello(line)
      if (!hello || !this.#isRight(hello.nonce)) return void socket.destroy()
      clearTimeout(patience)
      this.#strangers.delete(socket)
      this.close()
      this.#onShell(socket, hello, data.subarray(end + 1))
    }
    socket.on('data', onData)
  }

  /** Lengths may differ openly: the nonce's length is no secret. */
  #isRight(nonce: string): boolean {
    const [said, right] = [Buffer.from(nonce), Buffer.from(this.nonce)]
    return said.length === right.length && timingSafeEqual(said, right)
  }
}

/** Cuts a byte stream into lines; past `limit` bytes without a line's end it stays overflown. */
export class LineSplitter {
  readonly #limit: number
  /** The pieces of a line whose end is yet to come. */
  #rest: Buffer[] = []
  #restBytes = 0
  overflown = false

  constructor(limit: number) {
    this.#limit = limit
  }

  push(data: Buffer): string[] | null {
    if (this.overflown) return null
    const lines: string[] = []
    let start = 0
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, start)) {
      if (!this.#keep(data.subarray(start, end))) return lines
      lines.push(Buffer.concat(this.#rest).toString('utf8').replace(/\r$/, ''))
      this.#rest = []
      this.#restBytes = 0
      start = end + 1
    }
    this.#keep(data.subarray(start))
    return lines.length > 0 ? lines : null
  }

  #keep(piece: Buffer): boolean {
    this.#restBytes += piece.length
    this.overflown = this.#restBytes > this.#limit
    if (!this.overflown && piece.length > 0) this.#rest.push(piece)
    return !this.overflown
  }
}
