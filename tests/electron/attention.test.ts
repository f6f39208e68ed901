import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import { notifier } from '../../app/electron/notifications.ts'
import { followPower } from '../../app/electron/power.ts'

class StandInNotification extends EventEmitter {
  static shown: StandInNotification[] = []
  static supported = true
  static isSupported = () => StandInNotification.supported
  readonly options: { title: string; body: string }

  constructor(options: { title: string; body: string }) {
    super()
    this.options = options
  }
  show(): void {
    StandInNotification.shown.push(this)
  }
}

describe('a notification', () => {
  beforeEach(() => {
    StandInNotification.shown = []
    StandInNotification.supported = true
  })

  it('is the system’s, and its click shows the window and what it is about', () => {
    const done: string[] = []
    const notify = notifier({ Notification: StandInNotification, showWindow: () => done.push('window') })!
    notify({ title: 'Contoso', body: 'A command ended after 43 s', onClick: () => done.push('session') })
    expect(StandInNotification.shown.map(({ options }) => options)).toEqual([{ title: 'Contoso', body: 'A command ended after 43 s' }])
    StandInNotification.shown[0]!.emit('click')
    expect(done).toEqual(['window', 'session'])
  })

  it('is none where the system has none', () => {
    StandInNotification.supported = false
    expect(notifier({ Notification: StandInNotification, showWindow() {} })).toBe(null)
  })
})

describe('the machine’s sleep and lock', () => {
  it.each([['suspend', ['log']], ['resume', ['wake']], ['lock-screen', ['lock']], ['unlock-screen', ['wake']]])('reach the core: %s', (event, expected) => {
    const powerMonitor = new EventEmitter()
    const done: string[] = []
    followPower(powerMonitor, { wake: () => done.push('wake'), lock: () => done.push('lock') }, () => done.push('log'))
    powerMonitor.emit(event)
    expect(done).toEqual(expected)
  })
})
