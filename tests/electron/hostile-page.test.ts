import { createSocket } from 'node:dgram'
import { createServer, type Server } from 'node:http'
import { createServer as createListener, type AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { policyRows } from '../../app/content-security-policy.ts'
import { webRtcPolicy } from '../../app/electron/denials.ts'
import { answerPage } from '../../app/electron/page.ts'
import { deadEnd } from '../../app/electron/page-session.ts'
import { builtWindow } from '../renderer/built-window.ts'
import { startBrowser, type Browser } from '../renderer/window-in-chromium.ts'

/*
 * The window's page as the `app:` scheme answers it, in a real Chromium, with a script in it that is not ours: what it
 * can reach. The scheme itself is Electron's; a server on loopback carries its answers here.
 */

let browser: Browser
let pages: Server
let elsewhere: Server
let reached: string[] = []
let page: Page
const address = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

beforeAll(async () => {
  const folder = await builtWindow()
  browser = await startBrowser()
  pages = createServer(async (request, response) => {
    const answer = await answerPage({ url: `app://tenantry${request.url}`, method: request.method ?? 'GET' }, folder)
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()))
  }).listen(0, '127.0.0.1')
  elsewhere = createServer((request, response) => {
    reached.push(`${request.method} ${request.url}`)
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/javascript' }).end('window.wasRun = true')
  }).listen(0, '127.0.0.1')
  elsewhere.on('upgrade', (request, socket) => {
    reached.push(`upgrade ${request.url}`)
    socket.destroy()
  })
})
beforeEach(async () => {
  reached = []
  page = await browser.context.newPage()
  await page.goto(`${address(pages)}/index.html`)
})
afterAll(async () => {
  await browser?.close()
  pages?.close()
  elsewhere?.close()
})

/** Does something in the page, and waits for the policy's refusal. */
async function refused(attempt: (elsewhere: string) => void): Promise<string> {
  return page.evaluate(
    async ({ source, target }) => {
      const violated = new Promise<string>((resolve) => document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true }))
      const run = globalThis.eval(`(${source})`) as (target: string) => void
      run(target)
      return violated
    },
    { source: attempt.toString(), target: address(elsewhere) }
  )
}

/** What a script may try, by the directive that refuses it as the browser names it. */
const attempts: Array<[string, string, (target: string) => void]> = [
  ['runs no script of its own text', 'script-src-elem', () => document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.wasRun = true' }))],
  ['runs no handler in an attribute', 'script-src-attr', () => document.body.insertAdjacentHTML('beforeend', '<img src="" onerror="window.wasRun = true">')],
  ['loads no script from elsewhere', 'script-src-elem', (target) => document.head.append(Object.assign(document.createElement('script'), { src: `${target}/script.js` }))],
  ['fetches nothing', 'connect-src', (target) => void fetch(`${target}/fetch`, { method: 'POST', body: 'secret' }).catch(() => {})],
  ['sends no beacon', 'connect-src', (target) => void navigator.sendBeacon(`${target}/beacon`, 'secret')],
  ['opens no socket', 'connect-src', (target) => void new WebSocket(`${target.replace('http', 'ws')}/socket`)],
  ['loads no picture from elsewhere', 'img-src', (target) => void (new Image().src = `${target}/picture?secret`)],
  ['shows no frame', 'frame-src', (target) => document.body.append(Object.assign(document.createElement('iframe'), { src: `${target}/frame` }))],
  ['sends no form', 'form-action', (target) => {
    const form = Object.assign(document.createElement('form'), { action: `${target}/form`, method: 'post' })
    document.body.append(form)
    form.submit()
  }],
  ['starts no worker', 'worker-src', (target) => void new Worker(URL.createObjectURL(new Blob([`fetch('${target}/worker')`])))],
  ['loads no plug-in', 'object-src', (target) => document.body.append(Object.assign(document.createElement('object'), { data: `${target}/object` }))],
  ['loads no style from elsewhere', 'style-src-elem', (target) => document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `${target}/style.css` }))],
  ['loads no font from elsewhere', 'font-src', (target) => void new FontFace('Elsewhere', `url(${target}/font)`).load().catch(() => {})],
  ['plays nothing from elsewhere', 'media-src', (target) => void (new Audio(`${target}/sound`).load())],
  ['turns no address elsewhere', 'base-uri', (target) => document.head.append(Object.assign(document.createElement('base'), { href: target }))]
]

it('has something tried against every row of the policy, each with its reason', () => {
  // Frames, workers and media have no row: the default refuses them. Being shown inside another page is tried below.
  const tried = attempts.map(([, directive]) => directive.replace(/-(elem|attr)$/, '').replace(/^(frame|worker|media)-src$/, 'default-src'))
  expect([...policyRows.map(({ directive }) => directive), 'connect-src'].filter((directive) => !tried.includes(directive))).toEqual(['frame-ancestors'])
  for (const { reason } of policyRows) expect(reason).not.toBe('')
})

describe('a script that got into the page', () => {
  it.each(attempts)('%s', async (_, directive, attempt) => {
    // Playwright's own evaluation is let through; what the attempt does then is the page's.
    expect(await refused(attempt)).toBe(directive)
    expect(reached).toEqual([])
    expect(await page.evaluate(() => 'wasRun' in window)).toBe(false)
  })

  it('has no Node, no Electron and no way to evaluate text', async () => {
    const names = ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'electron', 'ipcRenderer']
    expect(await page.evaluate((all) => all.filter((name) => name in window), names)).toEqual([])
    const violation = page.evaluate(() => new Promise<string>((resolve) => document.addEventListener('securitypolicyviolation', ({ blockedURI }) => blockedURI === 'eval' && resolve(blockedURI))))
    await page.evaluate(() => void setTimeout(() => setTimeout('window.wasRun = true', 0), 0))
    expect(await violation).toBe('eval')
    expect(await page.evaluate(() => 'wasRun' in window)).toBe(false)
  })

  it('is not shown inside another page', async () => {
    const outside = await browser.context.newPage()
    await outside.goto(`${address(elsewhere)}/outside`)
    await outside.setContent(`<iframe src="${address(pages)}/index.html"></iframe>`)
    await outside.waitForTimeout(300)
    expect(await outside.frames()[1]?.locator('#window').count()).toBe(0)
  })
})

describe('what the policy does not govern', () => {
  /** What came to a socket of each kind while a script of the page asked WebRTC for a way out, and had a connection opened ahead. */
  async function comes(page: Page): Promise<{ udp: number; tcp: number }> {
    const came = { udp: 0, tcp: 0 }
    const udp = createSocket('udp4').on('message', () => came.udp++)
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
    const tcp = createListener((socket) => {
      came.tcp++
      socket.on('error', () => {}).destroy()
    }).listen(0, '127.0.0.1')
    await page.goto(`${address(pages)}/index.html`)
    await page.evaluate(
      async ({ udpPort, tcpPort }) => {
        document.head.append(Object.assign(document.createElement('link'), { rel: 'preconnect', href: `http://127.0.0.1:${tcpPort}` }))
        const turn = { urls: `turn:127.0.0.1:${tcpPort}?transport=tcp`, username: 'a secret', credential: 'x' }
        const connection = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${udpPort}` }, turn] })
        connection.createDataChannel('out')
        const gathered = new Promise<void>((resolve) => connection.addEventListener('icegatheringstatechange', () => connection.iceGatheringState === 'complete' && resolve()))
        await connection.setLocalDescription(await connection.createOffer())
        await Promise.race([gathered, new Promise((resolve) => setTimeout(resolve, 8_000))])
        connection.close()
      },
      { udpPort: udp.address().port, tcpPort: (tcp.address() as AddressInfo).port }
    )
    udp.close()
    tcp.close()
    return came
  }

  it('gets out of a browser as it comes, which shows that this test would see it', async () => {
    const came = await comes(page)
    expect(came.udp).toBeGreaterThan(0)
    expect(came.tcp).toBeGreaterThan(0)
  })

  it('gets nowhere with WebRTC’s policy and the proxy that the window’s session has (in Chromium, by its switches for both)', async () => {
    const { port } = pages.address() as AddressInfo
    const guarded = await startBrowser([`--webrtc-ip-handling-policy=${webRtcPolicy}`, `--proxy-server=${deadEnd.proxyRules}`, `--proxy-bypass-list=${deadEnd.proxyBypassRules};127.0.0.1:${port}`])
    try {
      expect(await comes(await guarded.context.newPage())).toEqual({ udp: 0, tcp: 0 })
    } finally {
      await guarded.close()
    }
  })
})
