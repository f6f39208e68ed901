import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.doUnmock('electron')
  vi.unstubAllGlobals()
})

/** Runs the real preload on a stand-in of the renderer's side of Electron. */
async function preload() {
  const exposed: Record<string, Record<string, unknown>> = {}
  const told: Array<{ channel: string; args: unknown[] }> = []
  const listeners = new Map<string, (...args: unknown[]) => void>()
  const posted: unknown[][] = []
  vi.resetModules()
  vi.stubGlobal('window', { postMessage: (...args: unknown[]) => posted.push(args) })
  vi.doMock('electron', () => ({
    contextBridge: { exposeInMainWorld: (name: string, api: Record<string, unknown>) => (exposed[name] = api) },
    webUtils: { getPathForFile: (file: { onDisk: string }) => file.onDisk },
    ipcRenderer: {
      invoke: async (channel: string, ...args: unknown[]) => told.push({ channel, args }),
      send: (channel: string, ...args: unknown[]) => told.push({ channel, args }),
      on: (channel: string, listener: (...args: unknown[]) => void) => listeners.set(channel, listener),
      off: (channel: string) => listeners.delete(channel)
    }
  }))
  await import('../../app/preload.ts')
  return { exposed, told, listeners, posted }
}

describe('what the preload gives to the page', () => {
  it('is the contract’s three functions and a dropped file’s path, and no part of Electron', async () => {
    const { exposed } = await preload()
    const surface = Object.fromEntries(Object.entries(exposed).map(([name, api]) => [name, Object.fromEntries(Object.entries(api).map(([key, value]) => [key, `${typeof value} of ${(value as () => void).length}`]))]))
    expect(surface).toMatchInlineSnapshot(`
      {
        "tenantry": {
          "invoke": "function of 2",
          "onEvent": "function of 1",
          "openStream": "function of 1",
          "pathOf": "function of 1",
        },
      }
    `)
  })

  it('speaks on the contract’s two channels, whatever it is called with', async () => {
    const { exposed, told } = await preload()
    const { invoke, openStream } = exposed.tenantry as Record<'invoke' | 'openStream', (...args: unknown[]) => unknown>
    await invoke('ELECTRON_BROWSER_REQUIRE', { x: 1 }, 'and more')
    openStream('tenantry:call', 'and more')
    expect(told).toEqual([
      { channel: 'tenantry:call', args: ['ELECTRON_BROWSER_REQUIRE', { x: 1 }] },
      { channel: 'tenantry:stream', args: ['tenantry:call'] }
    ])
  })

  it('hands no event object of Electron’s to the page, whose sender would lead further', async () => {
    const { exposed, listeners } = await preload()
    const heard: unknown[][] = []
    const undo = (exposed.tenantry!.onEvent as (listener: (...args: unknown[]) => void) => () => void)((...args) => heard.push(args))
    listeners.get('tenantry:event')!({ sender: 'ipcRenderer' }, { event: 'app.changed', data: {} })
    expect(heard).toEqual([[{ event: 'app.changed', data: {} }]])
    undo()
    expect(listeners.has('tenantry:event')).toBe(false)
  })
})
