import type { IpcMainEvent, IpcMainInvokeEvent, WebFrameMain } from 'electron'
import { vi } from 'vitest'
import { serveIpc } from '../../app/ipc.ts'
import { electronTransport } from '../../renderer/transports/electron.ts'
import { ElectronStandIn } from './electron-stand-in.ts'
import type { Stranger, TransportUnderTest } from './transports.ts'

const pageUrl = 'file:///opt/tenantry/renderer/index.html'

/** The window's own client over the real preload and the real wiring of the main process, in a stand-in of Electron. */
export const overElectron: TransportUnderTest = {
  name: 'a stand-in of Electron’s IPC',
  async open(core, log) {
    const electron = new ElectronStandIn(pageUrl)
    serveIpc(Promise.resolve(core), pageUrl, electron, log)(electron.window)
    await loadPreload(electron)
    electron.finishLoading()
    return {
      transport: electronTransport(electron.exposed()),
      strangers: strangersTo(electron),
      async reload() {
        electron.finishLoading()
      },
      async close() {
        electron.close()
        await core.dispose()
        vi.doUnmock('electron')
        vi.unstubAllGlobals()
      }
    }
  }
}

async function loadPreload({ ipcRenderer, contextBridge, page }: ElectronStandIn): Promise<void> {
  vi.resetModules()
  vi.doMock('electron', () => ({ ipcRenderer, contextBridge }))
  vi.stubGlobal('window', page)
  await import('../../app/preload.ts')
}

function strangersTo(electron: ElectronStandIn): Stranger[] {
  const stranger = (name: string, senderFrame: Pick<WebFrameMain, 'url'> | null): Stranger => {
    const event = { senderFrame } as Partial<IpcMainEvent & IpcMainInvokeEvent>
    return {
      name,
      call: async (call, input) => {
        const reply = (await electron.handle('tenantry:call', event as IpcMainInvokeEvent, call, input)) as { failure?: { code: string } }
        return reply.failure?.code ?? 'answered'
      },
      openStream: async (ticket) => {
        const before = electron.portsPosted
        electron.receive('tenantry:stream', event as IpcMainEvent, ticket)
        return electron.portsPosted > before
      }
    }
  }
  return [
    stranger('a frame inside our page', { url: pageUrl }),
    stranger('a frame of another window', { url: 'file:///opt/tenantry/renderer/other.html' }),
    stranger('another site’s page', { url: 'https://evil.example/index.html' }),
    stranger('a frame that is gone', null),
    electronNavigated(stranger, electron)
  ]
}

/** Our own top frame, but no longer on our page. */
function electronNavigated(make: (name: string, frame: Pick<WebFrameMain, 'url'>) => Stranger, { window }: ElectronStandIn): Stranger {
  const frame = window.webContents.mainFrame
  const on = <T>(url: string, act: () => Promise<T>) => {
    const before = frame.url
    Object.assign(frame, { url })
    return act().finally(() => Object.assign(frame, { url: before }))
  }
  const { call, openStream } = make('our window', frame)
  return {
    name: 'our window on another page',
    call: (name, input) => on(`${pageUrl}.evil.example/`, () => call(name, input)),
    openStream: (ticket) => on(`${pageUrl}.evil.example/`, () => openStream(ticket))
  }
}
