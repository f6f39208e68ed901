import { afterEach, describe, expect, it, vi } from 'vitest'
import type { CallName, SettingKey, SettingsView } from '../../app/contract.ts'
import { defaultSettings, type SettingValues } from '../../app/settings/table.ts'
import type { Bridge } from '../../renderer/bridge.ts'
import { within, WindowSettings } from '../../renderer/settings/settings.svelte.ts'

/** A fake of the main process: it has settings in memory, and answers at once. */
function aWindow(start: Partial<SettingValues> = {}) {
  let values = { ...defaultSettings(), ...start }
  const calls: Array<[string, unknown]> = []
  const refused = new Set<CallName>()
  const listeners: Array<(view: SettingsView) => void> = []
  const view = (): SettingsView => ({ values, changed: (Object.keys(values) as SettingKey[]).filter((key) => values[key] !== defaultSettings()[key]), problems: [], notices: [], readOnly: null, file: '' })
  const bridge = {
    async call(name: CallName, input: { key: SettingKey; value?: unknown }) {
      calls.push([name, input])
      if (refused.has(name)) throw new Error('No.')
      if (name === 'settings.change') values = { ...values, [input.key]: input.value }
      return view()
    },
    on: (_: string, listener: (told: SettingsView) => void) => listeners.push(listener),
    onState: (listener: (link: string) => void) => listener('connected')
  }
  const settings = new WindowSettings()
  return { settings, calls, refused, connect: () => settings.connect(bridge as unknown as Bridge), tell: (told: Partial<SettingsView>) => listeners.forEach((listener) => listener({ ...view(), ...told })), changes: () => calls.filter(([name]) => name === 'settings.change') }
}

const nobody = () => {}
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the window’s settings', () => {
  it('are the defaults until the main process says what holds, and follow it from then on', async () => {
    const { settings, connect, tell } = aWindow({ 'terminal.fontSize': 20 })
    const heard: number[] = []
    const stop = settings.onChange((values) => heard.push(values['terminal.fontSize']))
    expect(settings.isKnown).toBe(false)
    connect()
    await vi.waitFor(() => expect(settings.values['terminal.fontSize']).toBe(20))
    expect(settings.isKnown).toBe(true)
    tell({ values: { ...defaultSettings(), 'terminal.fontSize': 9 } })
    stop()
    tell({ values: defaultSettings() })
    expect(heard).toEqual([13, 20, 9])
  })

  it('show what a held key asks for at once, and write the last of it alone', async () => {
    vi.useFakeTimers()
    const { settings, connect, changes } = aWindow()
    connect()
    for (const size of [14, 15, 16]) settings.changeSoon('terminal.fontSize', size, nobody)
    expect(settings.values['terminal.fontSize']).toBe(16)
    await vi.runAllTimersAsync()
    expect(changes()).toEqual([['settings.change', { key: 'terminal.fontSize', value: 16 }]])
    expect(settings.values['terminal.fontSize']).toBe(16)
  })

  it('are as they were again where that can’t be written, and say why', async () => {
    vi.useFakeTimers()
    const { settings, connect, refused } = aWindow()
    connect()
    refused.add('settings.change')
    const told: string[] = []
    settings.changeSoon('terminal.fontSize', 16, ({ message }) => told.push(message))
    await vi.runAllTimersAsync()
    expect(told).toEqual(['No.'])
    expect(settings.values['terminal.fontSize']).toBe(13)
  })

  it('take over that a screen reader was on, once', async () => {
    const kept = new Map([['tenantry.screenReader', 'on']])
    vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, removeItem: (key: string) => kept.delete(key) })
    const { connect, changes } = aWindow()
    connect()
    await vi.waitFor(() => expect(kept.size).toBe(0))
    expect(changes()).toEqual([['settings.change', { key: 'terminal.screenReader', value: true }]])
  })

  it('keep for the next start what could not be taken over', async () => {
    const kept = new Map([['tenantry.screenReader', 'on']])
    vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, removeItem: (key: string) => kept.delete(key) })
    const { connect, refused, changes } = aWindow()
    refused.add('settings.change')
    connect()
    await vi.waitFor(() => expect(changes()).toHaveLength(1))
    expect(kept.size).toBe(1)
  })

  it('have numbers within what each takes', () => {
    expect([within('terminal.fontSize', 100), within('terminal.fontSize', 1), within('terminal.fontSize', 14)]).toEqual([40, 6, 14])
  })
})
