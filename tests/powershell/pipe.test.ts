import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { maxHelloBytes } from '../../app/powershell/first-shell.ts'
import { openSessionPipe, type SessionPipe } from '../../app/powershell/pipe.ts'

let folder: string
let pipe: SessionPipe
let said: string[]

const hello = (nonce: string, v = 1) =>
  JSON.stringify({ v, type: 'hello', nonce, pid: 1, psVersion: '7.6.5', edition: 'Core' }) + '\n'

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-pipe-'))
  said = []
  pipe = await openSessionPipe(folder, process.platform, {
    onHello: () => said.push('hello'),
    onMessage: (message) => said.push(message.type),
    onBroken: (reason) => said.push(`broken: ${reason}`),
    onClosed: () => said.push('closed')
  })
})

afterEach(() => {
  pipe.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Writes to the pipe and answers everything that came back until the other side closed it. */
function talk(text: string, until: (received: string, socket: Socket) => boolean = () => false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(pipe.path)
    let received = ''
    socket.on('connect', () => socket.write(text))
    socket.on('data', (data) => {
      received += String(data)
      if (until(received, socket)) resolve(received)
    })
    socket.on('close', () => resolve(received))
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' || error.code === 'ECONNRESET' ? resolve(received) : reject(error)))
  })
}

describe('the session pipe', () => {
  it('lies in a folder that only its user can enter', () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700)
  })

  it('closes a client with another nonce unanswered and keeps waiting for the right one', async () => {
    expect(await talk(hello('x'.repeat(pipe.nonce.length)))).toBe('')
    expect(await talk(hello('short'))).toBe('')
    expect(said).toEqual([])
    const socket = connect(pipe.path, () => socket.write(hello(pipe.nonce)))
    await until(() => said.includes('hello'))
    socket.destroy()
  })

  it('closes a client that begins with anything but a hello', async () => {
    expect(await talk('{"v":1,"type":"disconnected"}\n')).toBe('')
    expect(await talk('not json\n')).toBe('')
    expect(await talk('x'.repeat(maxHelloBytes + 10))).toBe('')
    expect(said).toEqual([])
  })

  it('accepts the right nonce once, stops listening, and then talks', async () => {
    const answered = talk(hello(pipe.nonce), (received) => received.includes('\n'))
    await until(() => said.includes('hello'))
    pipe.send({ type: 'abandon', message: 'no token' })
    expect(JSON.parse(await answered)).toEqual({ v: 1, type: 'abandon', message: 'no token' })
    await expect(talk(hello(pipe.nonce))).rejects.toThrow(/ENOENT|ECONNREFUSED/)
    expect(said).toEqual(['hello'])
  })

  it('puts an id on what is answered, which its answer carries', async () => {
    const answer = talk(hello(pipe.nonce), (received, socket) => {
      if (!received.includes('\n')) return false
      const { id } = JSON.parse(received) as { id: number }
      socket.write(`{"v":1,"id":${id},"type":"renewed","service":"exchange","how":"at-prompt"}\n{"v":1,"id":${id},"type":"renewed","service":"exchange","how":"reconnected"}\n`)
      return true
    })
    await until(() => said.includes('hello'))
    pipe.send({ type: 'token', service: 'exchange', accessToken: 'a', expiresOn: 1 })
    expect(JSON.parse(await answer)).toMatchObject({ v: 1, id: 1, type: 'token' })
    await until(() => said.length === 3)
    expect(said).toEqual(['hello', 'renewed', 'renewed'])
  })

  it.each([
    ['to what was not asked', () => {}, '"id":1,"type":"disconnected"'],
    ['of another kind', () => pipe.send({ type: 'disconnect' }), '"id":1,"type":"prepared","moduleVersion":"1","seconds":1'],
    ['that comes twice', () => pipe.send({ type: 'disconnect' }), '"id":1,"type":"disconnected"}\n{"v":1,"id":1,"type":"disconnected"']
  ])('closes the session on an answer %s', async (_, ask, answer) => {
    const socket = connect(pipe.path, () => socket.write(hello(pipe.nonce)))
    await until(() => said.includes('hello'))
    ask()
    socket.write(`{"v":1,${answer}}\n`)
    await until(() => said.includes('closed'))
    expect(said).toContain('broken: an answer came to nothing that was asked')
    expect(said.filter((what) => what === 'disconnected')).toHaveLength(answer.includes('\n') ? 1 : 0)
  })

  it('closes the session on a message of another version, saying which', async () => {
    await talk(hello(pipe.nonce) + '{"v":2,"type":"disconnected"}\n')
    expect(said).toEqual(['hello', 'broken: the shell speaks version 2 of the session pipe, this app version 1', 'closed'])
  })

  it('closes the session on garbage and on endless lines after a valid hello', async () => {
    await talk(hello(pipe.nonce) + 'garbage\n')
    expect(said).toContain('broken: a line was not JSON')
  })
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
