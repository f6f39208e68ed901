import { contextBridge, ipcRenderer } from 'electron'

// The contract over ipcRenderer, and nothing else. The main process checks the sender and every input.
contextBridge.exposeInMainWorld('tenantry', {
  invoke: (call: string, input: unknown) => ipcRenderer.invoke('tenantry:call', call, input),
  onEvent: (listener: (message: { event: string; data: unknown }) => void) => {
    const onMessage = (_event: unknown, message: { event: string; data: unknown }) => listener(message)
    ipcRenderer.on('tenantry:event', onMessage)
    return () => ipcRenderer.off('tenantry:event', onMessage)
  },
  openStream: (ticket: string) => ipcRenderer.send('tenantry:stream', ticket)
})

// Ports can't cross the context bridge; the page's own postMessage carries them to it.
ipcRenderer.on('tenantry:stream', (event, ticket: string) => {
  window.postMessage({ tenantryStream: ticket }, '*', [...event.ports])
})
