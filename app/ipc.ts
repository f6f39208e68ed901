import type { BrowserWindow, IpcMain, IpcMainEvent, IpcMainInvokeEvent, MessageChannelMain, MessagePortMain, WebContents } from 'electron'
import { maxInputFrameBytes, type ByteStream } from './frames.ts'
import type { Core } from './core.ts'

/** What the contract needs of Electron; `main.ts` hands over the real things. */
export interface ElectronIpc {
  ipcMain: Pick<IpcMain, 'handle' | 'on'>
  MessageChannelMain: new () => Pick<MessageChannelMain, 'port1' | 'port2'>
}

/** What the contract needs of the window. */
export type IpcWindow = Pick<BrowserWindow, 'isDestroyed'> & {
  webContents: Pick<WebContents, 'mainFrame' | 'send' | 'postMessage' | 'on'>
}

/**
 * The contract over Electron's IPC: calls and events as messages, each session's stream over a MessagePort. Only the
 * top frame of the attached window, on the page `pageUrl`, is answered; everybody else is refused and named in the log.
 *
 * @param starting the core; what is asked before it is there waits for it
 * @returns attaches a window, in the place of one that is gone
 */
export function serveIpc(starting: Promise<Core>, pageUrl: string, electron: ElectronIpc, log: (line: string) => void): (window: IpcWindow) => void {
  let window: IpcWindow | null = null
  // A core that does not come is told by the host, which ends then.
  const withCore = (act: (core: Core) => void) => void starting.then(act, () => {})
  electron.ipcMain.handle('tenantry:call', async (event, call: unknown, input: unknown) => {
    const sender = { trusted: isOurs(event, window, pageUrl), description: describe(event) }
    return (await starting).dispatch(sender, String(call), input)
  })
  electron.ipcMain.on('tenantry:stream', (event, asked: unknown) => {
    if (!isOurs(event, window, pageUrl)) return log(`rejected a stream from ${describe(event)}`)
    const ticket = String(asked)
    withCore((core) => {
      const { port1, port2 } = new electron.MessageChannelMain()
      const isOpen = core.openStream(ticket, streamOver(port1))
      if (!isOpen) port1.close()
      // Without a port the window knows that its ticket opened nothing.
      window?.webContents.postMessage('tenantry:stream', ticket, isOpen ? [port2] : [])
    })
  })
  withCore((core) =>
    core.onEvent((event, data) => {
      if (window && !window.isDestroyed()) window.webContents.send('tenantry:event', { event, data })
    })
  )
  return (attached) => {
    window = attached
    // A window that was reloaded is told again what waits for an answer.
    attached.webContents.on('did-finish-load', () => withCore((core) => core.greet()))
  }
}

function isOurs({ senderFrame }: IpcMainInvokeEvent | IpcMainEvent, window: IpcWindow | null, pageUrl: string): boolean {
  if (!window || window.isDestroyed()) return false
  return senderFrame !== null && senderFrame === window.webContents.mainFrame && senderFrame.url.split(/[?#]/)[0] === pageUrl
}

function describe({ senderFrame }: IpcMainInvokeEvent | IpcMainEvent): string {
  return JSON.stringify(senderFrame?.url.slice(0, 200) ?? 'no frame')
}

function streamOver(port: MessagePortMain): ByteStream {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => {
      port.on('message', ({ data }) => {
        if (data instanceof Uint8Array && data.length <= maxInputFrameBytes) listener(data)
      })
      port.start()
    },
    onClose: (listener) => port.on('close', listener),
    close: () => port.close()
  }
}
