import { rmSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { overlays } from '../axe-in-page.ts'
import { anUpdateState, aState } from '../fake-data.ts'
import { someSteps } from '../fake-checks.ts'
import type { FakeMainProcess } from '../fake-main-process.ts'
import { startBrowser, type Browser, type TestWindow } from '../window-in-chromium.ts'
import { manyKinds, type View } from './view.ts'

const shownOverlays = `${overlays}:visible`

/** One window that goes from view to view and always back to where nothing is open: loading it anew takes a second. */
export class Tour {
  #browser: Browser | null = null
  #window: TestWindow | null = null
  #start: Pick<FakeMainProcess, 'profiles' | 'signIns'> | null = null

  /** Answers the window as it shows the view, and what has the keyboard once Escape closed it again, where that is so. */
  async open(view: View): Promise<{ window: TestWindow; opener: Locator | null }> {
    const window = (this.#window ??= await this.#openWindow())
    return { window, opener: (await view.open(window)) ?? null }
  }

  /** Leaves a view as a person does: by its own way, else by Escape. */
  async close(view: View): Promise<void> {
    const { page } = this.#window!
    if (view.leave) return void (await view.leave(this.#window!))
    // An editor in a dialog, a choice over a table: each Escape leaves one.
    for (let step = 0; step < 3 && (await page.locator(shownOverlays).count()) > 0; step++) await page.keyboard.press('Escape')
  }

  /** Ends what the view began. Where that fails, the next view gets a new window. */
  async goBack(): Promise<void> {
    const window = this.#window
    if (!window) return
    this.#window = null
    const { core, page } = window
    await forget(core, this.#start!)
    await page.getByRole('list', { name: 'Tenants' }).waitFor()
    await page.getByRole('searchbox').fill('')
    await page.getByRole('heading', { name: 'Click a tenant, type cmdlets' }).waitFor()
    await page.locator(shownOverlays).waitFor({ state: 'detached' })
    this.#window = window
  }

  async end(): Promise<void> {
    await this.#browser?.close()
  }

  async #openWindow(): Promise<TestWindow> {
    this.#browser ??= await startBrowser()
    await this.#browser.closeWindows()
    await this.#browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const core = manyKinds()
    this.#start = { profiles: core.profiles, signIns: core.signIns }
    const window = await this.#browser.openWindow(core)
    await window.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    return window
  }
}

/** The fake as it was at the start. */
async function forget(core: FakeMainProcess, start: Pick<FakeMainProcess, 'profiles' | 'signIns'>): Promise<void> {
  for (const { id } of [...core.runs.all]) core.runs.remove(id)
  for (const { id } of core.runs.selections.list()) await core.runs.selections.remove(id)
  for (const { id } of core.grids.list()) core.grids.close(id)
  for (const id of [...core.sessions.keys()]) core.endSession(id)
  Object.assign(core, { ...start, connects: true, claims: {}, checkSteps: someSteps, importRows: [], commands: [], certificates: [], secretsFound: [], tabs: [] })
  core.emit('profiles.changed', start)
  core.changeState(aState())
  core.changeUpdates(anUpdateState())
  rmSync(core.settings.view.file, { force: true })
  core.settings.readAgain()
}

/** The components that have an element on the page, as paths in `renderer/`; Svelte notes them where it warns of what is wrong. */
export async function shownComponents(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const files = [...document.querySelectorAll('*')].map((element) => (element as { __svelte_meta?: { loc: { file: string } } }).__svelte_meta?.loc.file)
    return [...new Set(files.flatMap((file) => file?.split(/(?:^|\/)renderer\//)[1] ?? []))]
  })
}
