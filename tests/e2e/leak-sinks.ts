import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { frameType, unpackFrame } from '../../app/contract.ts'
import { unwrapped } from './leak-scanner.ts'
import type { Seen } from './leak-sampler.ts'

/** Somewhere a secret could have got to, and what was there. */
export interface Sink {
  name: string
  content: Uint8Array | string
}

/** Every file below a folder as it is now. */
export function filesBelow(folder: string, name: string): Sink[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return { name: `${name}: ${relative(folder, path)}`, content: readFileSync(path) }
  })
}

/** What the program and the sampler wrote down. `folders`: the name of each folder that was watched. */
export function evidenceIn(evidence: string, folders: Record<string, string>): Sink[] {
  const read = (file: string) => (existsSync(join(evidence, file)) ? readFileSync(join(evidence, file)) : Buffer.alloc(0))
  const seen = read('seen.jsonl').toString().split('\n').filter(Boolean).map((line) => JSON.parse(line) as Seen)
  return [
    { name: 'spawn: arguments', content: read('spawn-arguments') },
    { name: 'spawn: environment', content: read('spawn-environments') },
    { name: 'window, control and streams', content: read('traffic') },
    ...seen.map(({ what, of, file }) => ({
      name: what === 'file' ? nameOfFile(of, folders) : `/proc: ${what} of ${of}`,
      content: read(join('seen', String(file)))
    }))
  ]
}

function nameOfFile(path: string, folders: Record<string, string>): string {
  const [name, folder] = Object.entries(folders).find(([, folder]) => path.startsWith(`${folder}/`)) ?? ['file', '/']
  const below = relative(folder, path)
  const isSessions = /^tenantry-run-[^/]+\/[^/]+\//.test(below)
  return `${name}${isSessions ? ', a session’s' : ''}: ${below}`
}

/** Both directions of every socket of a page, from its first one on. */
export class SocketWatch {
  readonly #received: Array<{ control: string; output: Buffer[] }> = []
  #sent = ''

  constructor(page: Page) {
    page.on('websocket', (socket) => {
      const entry = { control: '', output: [] as Buffer[] }
      this.#received.push(entry)
      socket.on('framereceived', ({ payload }) => {
        if (typeof payload === 'string') entry.control += `${payload}\n`
        else entry.output.push(payload)
      })
      socket.on('framesent', ({ payload }) => (this.#sent += `${payload.toString()}\n`))
    })
  }

  /** What the window sent: a typed secret may be in it. */
  get sent(): string {
    return this.#sent
  }

  /** What the window got. A stream's output is put together again: a frame may end in the middle of a secret. */
  get sinks(): Sink[] {
    return this.#received.flatMap(({ control, output }, index) => {
      const text = Buffer.concat(output.map((frame) => outputOf(frame)))
      return [
        { name: `window, control of socket ${index}`, content: control },
        { name: `window, stream of socket ${index}`, content: text },
        { name: `window, text of socket ${index}`, content: unwrapped(text.toString()) }
      ]
    })
  }
}

function outputOf(frame: Buffer): Uint8Array {
  const unpacked = unpackFrame(frame)
  if (!unpacked) return frame
  // A snapshot begins the screen anew.
  return unpacked.type === frameType.snapshot ? Buffer.concat([Buffer.from('\n'), unpacked.bytes]) : unpacked.bytes
}

/** All that a page holds and keeps at this moment. */
export async function pageSinks(page: Page, context: BrowserContext): Promise<Sink[]> {
  const { database, ...rest } = await page.evaluate(async () => {
    const stores: unknown[] = []
    for (const { name } of await indexedDB.databases()) {
      const opened = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name!)
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
      for (const store of opened.objectStoreNames) {
        stores.push(
          await new Promise((resolve) => {
            const request = opened.transaction(store).objectStore(store).getAll()
            request.onsuccess = () => resolve(request.result)
          })
        )
      }
      opened.close()
    }
    const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea, select')]
    const valuesOf = (storage: Storage) => Object.entries(storage).flat().join('\n')
    return {
      database: JSON.stringify(stores),
      document: [document.documentElement.outerHTML, ...fields.map(({ value }) => value)].join('\n'),
      text: document.body.innerText,
      localStorage: valuesOf(localStorage),
      sessionStorage: valuesOf(sessionStorage),
      address: [location.href, document.title, JSON.stringify(history.state), ...performance.getEntries().map(({ name }) => name)].join('\n'),
      caches: (await caches.keys()).join('\n')
    }
  })
  const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('\n')
  return [
    ...Object.entries(rest).map(([name, content]) => ({ name: `page, ${name}`, content })),
    { name: 'page, text without breaks', content: unwrapped(rest.text) },
    { name: 'page, IndexedDB', content: database },
    { name: 'page, cookies', content: cookies }
  ]
}
