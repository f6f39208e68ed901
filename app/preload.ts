import { contextBridge, ipcRenderer, webUtils } from 'electron'

// The contract over ipcRenderer, and a dropped file's path; nothing else. The main process checks the sender and every input.
contextBridge.exposeInMainWorld('tenantry', {
  invoke: (call: string, input: unknown) => ipcRenderer.invoke('tenantry:call', call, input),
  onEvent: (listener: (message: { event: string; data: unknown }) => void) => {
    const onMessage = (_event: unknown, message: { event: string; data: unknown }) => listener(message)
    ipcRenderer.on('tenantry:event', onMessage)
    return () => ipcRenderer.off('tenantry:event', onMessage)
  },
  openStream: (ticket: string) => ipcRenderer.send('tenantry:stream', ticket),
  // Where a file lies that the person dropped; a page that makes one up gets an empty text.
  pathOf: (file: File) => webUtils.getPathForFile(file)
})

// Ports can't cross the context bridge; the page's own postMessage carries them to it.
ipcRenderer.on('tenantry:stream', (event, ticket: string) => {
  window.postMessage({ tenantryStream: ticket }, '*', [...event.ports])
})
