import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPreview, type Preview } from '../../app/preview.ts'
import type { ByteStream } from '../../app/contract.ts'
import type { ElectronBridge } from '../../renderer/transports/electron.ts'
import { builtWindow } from './built-window.ts'
import { aFailure } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { eventually, startBrowser, type Browser } from './window-in-chromium.ts'

declare global {
  interface Window {
    fakeInvoke(call: string, input: unknown): ReturnType<ElectronBridge['invoke']>
    fakeOpen(ticket: string): void
    fakeInput(ticket: string, frame: number[]): void
    fakeEvent(message: { event: string; data: unknown }): void
    fakeFrame(ticket: string, frame: number[] | null): void
  }
}

let browser: Browser
let preview: Preview
beforeAll(async () => {
  browser = await startBrowser()
  preview = await startPreview({ rendererFolder: await builtWindow(), port: 0, createCore: async () => new FakeMainProcess() })
})
afterAll(async () => {
  await browser?.close()
  await preview?.close()
})

/** What app/preload.ts exposes, with ports that are real and a main process that is the fake one in this process. */
function standInOfPreload(): void {
  const listeners = new Set<(message: { event: string; data: unknown }) => void>()
  const ports = new Map<string, MessagePort>()
  window.fakeEvent = (message) => listeners.forEach((listener) => listener(message))
  const received = new Map<string, MessagePort>()
  window.addEventListener('message', ({ data, ports: [port] }) => port && received.set(data.tenantryStream, port))
  window.fakeFrame = (ticket, frame) => {
    if (frame) return ports.get(ticket)?.postMessage(new Uint8Array(frame))
    ports.get(ticket)?.close()
    // Electron's own addition to MessagePort, which a plain Chromium lacks.
    received.get(ticket)?.dispatchEvent(new Event('close'))
  }
  window.tenantry = {
    invoke: (call, input) => window.fakeInvoke(call, input),
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    openStream(ticket) {
      const { port1, port2 } = new MessageChannel()
      ports.set(ticket, port1)
      port1.onmessage = ({ data }) => window.fakeInput(ticket, [...data])
      window.postMessage({ tenantryStream: ticket }, '*', [port2])
      window.fakeOpen(ticket)
    },
    pathOf: (file) => (file.name === 'on no disk' ? '' : `/home/ada/${file.name}`)
  } satisfies ElectronBridge
}

async function openWindow(core: FakeMainProcess): Promise<Page> {
  const page = await browser.context.newPage()
  const inputs = new Map<string, (frame: Uint8Array) => void>()
  // One after another: events and frames keep their order, as on a real port.
  let last: Promise<unknown> = Promise.resolve()
  const inOrder = (act: () => Promise<unknown>) => void (last = last.then(act).catch(() => {}))
  await page.exposeFunction('fakeInvoke', (call: string, input: unknown) => core.dispatch({ trusted: true, description: 'stand-in' }, call, input))
  await page.exposeFunction('fakeInput', (ticket: string, frame: number[]) => inputs.get(ticket)?.(Uint8Array.from(frame)))
  await page.exposeFunction('fakeOpen', (ticket: string) => {
    const stream: ByteStream = {
      send: (frame) => inOrder(() => page.evaluate(([to, bytes]) => window.fakeFrame(to, bytes), [ticket, [...frame]] as [string, number[]])),
      onFrame: (listener) => void inputs.set(ticket, listener),
      onClose() {},
      close: () => inOrder(() => page.evaluate((to) => window.fakeFrame(to, null), ticket))
    }
    core.openStream(ticket, stream)
  })
  core.onEvent((event, data) => inOrder(() => page.evaluate((message) => window.fakeEvent(message), { event, data } as { event: string; data: unknown })))
  await page.addInitScript(standInOfPreload)
  await page.goto(`http://127.0.0.1:${preview.port}/?renderer=dom`)
  return page
}

/** Answers the session once its terminal is attached. */
async function connectContoso(core: FakeMainProcess, page: Page) {
  await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Contoso demo', exact: true }).dblclick()
  await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor()
  const session = core.sessionOf('Contoso demo')
  await eventually(() => session.attachments, (count) => count === 1)
  return session
}

describe('the window over a typed stand-in of Electron’s preload', () => {
  it('connects a tenant, shows its output and sends what is typed', async () => {
    const core = new FakeMainProcess()
    const page = await openWindow(core)
    await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Contoso demo', exact: true }).dblclick()
    await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor()
    const session = core.sessionOf('Contoso demo')
    session.print('\r\nAdele Vance')
    await eventually(() => page.getByRole('region', { name: 'Terminal Contoso demo' }).innerText(), (text) => text.includes('Adele'))
    await eventually(() => session.acknowledged, (bytes) => bytes === session.received)
    await page.keyboard.type('Get-Date')
    await eventually(() => session.typed, (typed) => typed === 'Get-Date')
    await page.close()
  })

  it('shows a failure’s sentence and next step', async () => {
    const core = new FakeMainProcess()
    const page = await openWindow(core)
    core.failNext('sessions.open', aFailure({ message: 'It is not there.', hint: 'Look elsewhere.' }))
    await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Contoso demo', exact: true }).dblclick()
    await page.getByRole('alert').getByText(/It is not there\..*Look elsewhere\./s).waitFor()
    expect(await page.getByRole('tab').count()).toBe(0)
    await page.close()
  })

  it('inserts the paths of files that are dropped, quoted, and says why where it can’t', async () => {
    const core = new FakeMainProcess()
    const page = await openWindow(core)
    const session = await connectContoso(core, page)
    const drop = (...names: string[]) =>
      page.locator('.screen .xterm').evaluate((pane, files) => {
        const dataTransfer = new DataTransfer()
        for (const name of files) dataTransfer.items.add(new File(['x'], name))
        pane.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }))
      }, names)
    await drop("Ada's $list [1].csv", 'b.csv')
    await eventually(() => session.typed, (typed) => typed === "'/home/ada/Ada''s $list `[1`].csv', '/home/ada/b.csv'")
    await drop('on no disk')
    await page.getByText('This is no file of this computer: it has no path to insert.').waitFor()
    await drop('a\nb')
    await page.getByText('A file’s name has characters that can’t be typed, such as a line end.').waitFor()
    expect(session.typed).not.toContain('a\nb')
    await page.close()
  })

  it('attaches again when a port is closed from the other side', async () => {
    const core = new FakeMainProcess()
    const page = await openWindow(core)
    const session = await connectContoso(core, page)
    session.breakStream()
    await eventually(() => session.attachments, (count) => count === 2)
    session.print('\r\nafterwards')
    await eventually(() => page.getByRole('region', { name: 'Terminal Contoso demo' }).innerText(), (text) => text.includes('afterwards'))
    await page.close()
  })
})
