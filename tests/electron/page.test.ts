import fc from 'fast-check'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerPage } from '../../app/electron/page.ts'

let outside: string
let folder: string

beforeAll(() => {
  outside = mkdtempSync(join(tmpdir(), 'tenantry-page-'))
  folder = join(outside, 'renderer')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  mkdirSync(join(outside, 'renderer-other'))
  for (const file of ['index.html', 'assets/main.js', 'assets/main.js.map', 'assets/notes.txt']) writeFileSync(join(folder, file), 'of the window')
  for (const file of ['secret.js', 'index.html', 'renderer-other/index.html']) writeFileSync(join(outside, file), 'not of the window')
})
afterAll(() => rmSync(outside, { recursive: true, force: true }))

const get = (url: string) => answerPage({ url, method: 'GET' }, folder)
const text = async (url: string) => (await get(url)).text()

describe('the page’s scheme', () => {
  it('answers the window’s own files, with their types', async () => {
    for (const path of ['/', '/index.html', '/index.html?renderer=dom']) {
      const { status, headers } = await get(`app://tenantry${path}`)
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    }
    const { headers } = await get('app://tenantry/assets/main.js')
    expect(headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  it.each(['/assets/main.js.map', '/assets/notes.txt', '/renderer-other/index.html', '/../renderer-other/index.html', '/..%2frenderer-other/index.html'])('has no file of another kind or place: %s', async (path) => {
    expect((await get(`app://tenantry${path}`)).status).toBe(404)
  })

  it.skipIf(process.platform === 'win32')('does not follow a link out of the folder', async () => {
    symlinkSync(join(outside, 'secret.js'), join(folder, 'assets', 'link.js'))
    expect((await get('app://tenantry/assets/link.js')).status).toBe(404)
  })

  it('gives away nothing outside of the folder, whatever the address', async () => {
    const host = fc.constantFrom('tenantry', 'tenantry', 'tenantry', 'TENANTRY', 'tenantry.', 'evil', '')
    const step = fc.tuple(
      fc.constantFrom('..', '..', '%2e%2e', '.%2e', '%252e%252e', '....', '.', '', '%00', 'assets', 'renderer-other'),
      fc.constantFrom('%2f', '%2f', '%5c', '%252f', '/', '\\', '//')
    )
    const file = fc.constantFrom('secret.js', 'secret.js', 'index.html', 'renderer-other/index.html', 'secret.js%00.html', 'secret.js?x=.html')
    await fc.assert(
      fc.asyncProperty(host, fc.array(step, { maxLength: 3 }), file, async (name, steps, target) => {
        const url = `app://${name}/${steps.flat().join('')}${target}`
        if (URL.canParse(url)) expect(await text(url)).not.toContain('not of the window')
      }),
      { numRuns: 600 }
    )
  })

  it('is refused to an address that is none', async () => {
    expect((await get('no address')).status).toBe(403)
  })
})
