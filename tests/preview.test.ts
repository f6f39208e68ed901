import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { request, type IncomingMessage, type RequestOptions } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Host } from '../app/adapters.ts'
import { startPreview, type Preview } from '../app/preview.ts'
import { ContractCore } from './contract/contract-core.ts'

let folder: string
let log: string[]
let preview: Preview
let core: ContractCore
let host: Host

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'preview-'))
  const rendererFolder = join(folder, 'window')
  mkdirSync(rendererFolder)
  writeFileSync(join(rendererFolder, 'index.html'), '<title>window</title>')
  writeFileSync(join(rendererFolder, 'notes.txt'), 'of no known type')
  writeFileSync(join(rendererFolder, 'big.js'), '/'.repeat(8 * 1024 * 1024))
  writeFileSync(join(folder, 'outside.js'), 'secret')
  log = []
  preview = await startPreview({ rendererFolder, port: 0, createCore: async (window) => ((host = window), (core = new ContractCore())), log: (line) => log.push(line) })
})

afterEach(async () => {
  await preview.close()
  rmSync(folder, { recursive: true, force: true })
})

const origin = () => `http://127.0.0.1:${preview.port}`
const key = () => new URL(preview.url).hash.slice(1)

describe('the preview', () => {
  it.each(['//', '//[', '/control/../stream', '/%'])('refuses a socket at %s and goes on', async (path) => {
    expect(await raw(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${preview.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)).toMatch(/^HTTP\/1.1 403 /)
    expect(log).toEqual(['rejected a socket from "no origin"'])
    expect((await ask('/session')).status).toBe(401)
  })

  it('goes on after a browser that left in the middle of a request', async () => {
    await raw(`POST /session HTTP/1.1\r\nHost: 127.0.0.1:${preview.port}\r\nOrigin: ${origin()}\r\nContent-Length: 100\r\n\r\n{"key`, 'leave')
    await raw(`GET /big.js HTTP/1.1\r\nHost: 127.0.0.1:${preview.port}\r\n\r\n`, 'leave')
    // What those two left behind would come up in the next turns of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await redeem(key())).status).toBe(204)
  })

  it.each(['localhost', 'evil.example', '127.0.0.2'])('answers no request for the host %s', async (host) => {
    const named = `${host}:${preview.port}`
    expect((await ask('/', { headers: { host: named } })).status).toBe(421)
    expect((await redeem(key(), { host: named })).status).toBe(421)
    expect((await redeem(key())).status).toBe(204)
  })

  it.each(['http://evil.example', 'http://127.0.0.1:1', 'null', undefined])('takes no key from a page of %s, and does not use it up', async (other) => {
    expect((await redeem(key(), { origin: other })).status).toBe(403)
    expect((await redeem(key())).status).toBe(204)
  })

  it.each(['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'POST'])('answers 405 to %s', async (method) => {
    expect((await ask('/', { method, headers: { origin: origin() } })).status).toBe(405)
  })

  it('lets the page do no more than its policy says, whatever it answers', async () => {
    const policy =
      "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
      `base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; connect-src 'self' ws://127.0.0.1:${preview.port}`
    for (const [path, status] of [['/', 200], ['/nothing.js', 404], ['/session', 401]] as const) {
      const { status: answered, headers } = await ask(path)
      expect([path, answered, headers['content-security-policy']]).toEqual([path, status, policy])
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' })
      expect(headers).toMatchObject({ 'cross-origin-opener-policy': 'same-origin', 'cross-origin-resource-policy': 'same-origin' })
    }
  })

  it('takes its key once, for a cookie that no script and no other site gets', async () => {
    const first = await redeem(key())
    const cookie = first.headers['set-cookie']?.[0] ?? ''
    expect(cookie).toMatch(new RegExp(`^tenantry-${preview.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`))
    const again = await redeem(key())
    expect([again.status, again.headers['set-cookie']]).toEqual([401, undefined])
    const reload = await redeem(key(), { cookie: cookie.split(';')[0] })
    expect([reload.status, reload.headers['set-cookie']]).toEqual([204, undefined])
    expect((await ask('/session', { headers: { cookie: cookie.split(';')[0] } })).status).toBe(204)
    expect((await ask('/session', { headers: { cookie: `tenantry-${preview.port}=guessed` } })).status).toBe(401)
  })

  it('takes no other key, and none that is hidden in a long text', async () => {
    expect((await redeem('A'.repeat(key().length))).status).toBe(401)
    expect((await redeem('')).status).toBe(401)
    expect((await redeem('A'.repeat(2000))).status).toBe(413)
    expect((await redeem(key())).status).toBe(204)
  })

  it.each(['/../outside.js', '/..%2foutside.js', '/%2e%2e/outside.js', '/..%5coutside.js', '/assets/../../outside.js', '/%00.js', '/index.html%00.js', '/%E0%A4%A.js', '/notes.txt', '/window'])(
    'serves nothing at %s',
    async (path) => {
      const { status, body } = await ask(path)
      expect([status, body]).toEqual([404, ''])
    }
  )

  it.each([true, false])('takes an answer to a question where the core takes the call, and only there: %s', async (isTaken) => {
    const cookie = (await redeem(key())).headers['set-cookie']![0]!.split(';')[0]!
    Object.assign(core, { dispatch: async () => (isTaken ? { output: undefined } : { failure: { code: 'locked', message: 'It is locked.', retryable: false } }) })
    const socket = new WebSocket(`ws://127.0.0.1:${preview.port}/control`, { headers: { cookie, origin: origin() } })
    await new Promise((resolve) => socket.once('open', resolve))
    const replied = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        const { event, data: asked } = JSON.parse(String(data)) as { event?: string; data?: { id: string } }
        if (event === 'question.asked') socket.send(JSON.stringify({ id: 1, call: 'app.answer', input: { id: asked!.id, yes: true } }))
        else resolve()
      })
    })
    let answer: boolean | null = null
    void host.confirm({ title: 'Trust', message: 'Trust it?', detail: '', confirmLabel: 'Trust' }).then((yes) => (answer = yes))
    await replied
    expect(answer).toBe(isTaken ? true : null)
    socket.close()
  })

  it('serves the window at its root', async () => {
    const { status, body, headers } = await ask('/?renderer=dom')
    expect([status, body, headers['content-type']]).toEqual([200, '<title>window</title>', 'text/html; charset=utf-8'])
  })
})

interface Answer {
  status: number
  headers: IncomingMessage['headers']
  body: string
}

/** One request as it is written here: neither path nor headers are tidied up. */
function ask(path: string, options: RequestOptions = {}, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: preview.port, path, agent: false, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

function redeem(given: string, headers: { host?: string; origin?: string; cookie?: string } = {}): Promise<Answer> {
  const sent = Object.entries({ origin: origin(), ...headers }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return ask('/session', { method: 'POST', headers: Object.fromEntries(sent) }, JSON.stringify({ key: given }))
}

/** Sends bytes and answers what came back until the end; or leaves, without a word, once they are on their way. */
function raw(bytes: string, then: 'listen' | 'leave' = 'listen'): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(preview.port, '127.0.0.1', () => socket.write(bytes, () => then === 'leave' && setTimeout(() => socket.resetAndDestroy(), 50)))
    socket.on('data', (data) => (answer += data.toString('latin1')))
    socket.on(then === 'leave' ? 'close' : 'end', () => resolve(answer))
    if (then === 'listen') socket.on('error', reject)
  })
}
