import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { startPreview, type Preview } from '../app/preview.ts'
import { ContractCore } from './contract/contract-core.ts'

let preview: Preview
afterEach(() => preview.close())

describe('the preview', () => {
  it.each(['//', '//[', '/control/../stream', '/%'])('refuses a socket at %s and goes on', async (path) => {
    const log: string[] = []
    preview = await startPreview({ rendererFolder: tmpdir(), port: 0, createCore: async () => new ContractCore(), log: (line) => log.push(line) })
    expect(await upgrade(preview.port, path)).toMatch(/^HTTP\/1.1 403 /)
    expect(log).toEqual(['rejected a socket from "no origin"'])
    expect((await fetch(`http://127.0.0.1:${preview.port}/session`)).status).toBe(401)
  })
})

/** The answer to a request for a WebSocket, as it comes. */
function upgrade(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`))
    socket.on('data', (bytes) => (answer += bytes.toString()))
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })
}
