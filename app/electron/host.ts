import type * as Electron from 'electron'
import { writeFile } from 'node:fs/promises'
import type { Host, Question } from '../adapters.ts'

/** The parts of Electron that the host is made of. */
export type HostParts = Pick<typeof Electron, 'dialog' | 'powerSaveBlocker' | 'shell' | 'systemPreferences'>

/** The core's host in Electron: its dialogs are the system's own, out of the window's reach. */
export class ElectronHost implements Host {
  readonly kind = 'electron' as const
  readonly #electron: HostParts
  #blocker: number | null = null
  readonly askPerson: Host['askPerson']
  notify: Host['notify'] = null
  paste: Host['paste'] = null

  constructor(electron: HostParts, platform: NodeJS.Platform) {
    this.#electron = electron
    const { systemPreferences } = electron
    // Electron has no call for Windows Hello: there the keychain is asked.
    const hasTouchId = platform === 'darwin' && systemPreferences.canPromptTouchID()
    this.askPerson = hasTouchId ? { by: 'touch-id', ask: (reason) => systemPreferences.promptTouchID(reason) } : null
  }

  async confirm(question: Question): Promise<boolean> {
    const { response } = await this.#electron.dialog.showMessageBox({
      type: 'question',
      title: question.title,
      message: question.message,
      detail: question.detail,
      buttons: ['Cancel', question.confirmLabel],
      defaultId: 0,
      cancelId: 0
    })
    return response === 1
  }

  async chooseFile({ title }: { title: string }): Promise<string | null> {
    const { filePaths } = await this.#electron.dialog.showOpenDialog({ title, properties: ['openFile'] })
    return filePaths[0] ?? null
  }

  async chooseFolder({ title }: { title: string }): Promise<string | null> {
    const { filePaths } = await this.#electron.dialog.showOpenDialog({ title, properties: ['openDirectory', 'createDirectory'] })
    return filePaths[0] ?? null
  }

  saveFile = async ({ title, fileName, content }: { title: string; fileName: string; content: string | Uint8Array }): Promise<string | null> => {
    const { filePath, canceled } = await this.#electron.dialog.showSaveDialog({ title, defaultPath: fileName })
    if (canceled || !filePath) return null
    await writeFile(filePath, content)
    return filePath
  }

  /** The core names https pages of a login service, and a demo's on this machine; no other scheme starts anything. */
  async openBrowser(url: string): Promise<boolean> {
    const { protocol, hostname } = new URL(url)
    if (protocol !== 'https:' && !(protocol === 'http:' && ['127.0.0.1', 'localhost'].includes(hostname))) return false
    await this.#electron.shell.openExternal(url)
    return true
  }

  showFile(path: string): boolean {
    this.#electron.shell.showItemInFolder(path)
    return true
  }

  /** Asks whether a link of the window's is opened, with its real target. */
  async askOutside(target: string): Promise<boolean> {
    const { host, protocol } = new URL(target)
    const detail = protocol === 'https:' ? target : `${target}\n\nThe page is not encrypted: it can be read and changed on its way.`
    return this.confirm({ title: 'Open a link', message: `Open ${host} in your browser?`, detail, confirmLabel: 'Open' })
  }

  async openOutside(target: string): Promise<void> {
    await this.#electron.shell.openExternal(target)
  }

  keepAwake(on: boolean): void {
    if (on && this.#blocker === null) this.#blocker = this.#electron.powerSaveBlocker.start('prevent-app-suspension')
    if (!on && this.#blocker !== null) {
      this.#electron.powerSaveBlocker.stop(this.#blocker)
      this.#blocker = null
    }
  }
}
