import type { Page } from 'playwright-core'

/**
 * Types keys into a field that has the keyboard. Answers per key the milliseconds from its event to what it changes being
 * laid out.
 *
 * @param field of the one input that is typed into, a CSS selector
 * @param check called after each key, with its index
 */
export async function keystrokeTimes(page: Page, field: string, keys: readonly string[], check: (index: number) => Promise<void>): Promise<number[]> {
  await page.evaluate((selector) => {
    const values: number[] = []
    Object.assign(window, { keystrokes: values })
    document.querySelector(selector)!.addEventListener(
      'input',
      () => {
        const start = performance.now()
        // A task after this one: by then the component's own microtasks have changed the list.
        const channel = new MessageChannel()
        channel.port1.onmessage = () => {
          void document.body.offsetHeight
          values.push(performance.now() - start)
          channel.port1.close()
        }
        channel.port2.postMessage(null)
      },
      true
    )
  }, field)
  for (const [index, key] of keys.entries()) {
    await page.keyboard.press(key === ' ' ? 'Space' : key)
    await page.waitForTimeout(20)
    await check(index)
  }
  const values = await page.evaluate(() => (window as unknown as { keystrokes: number[] }).keystrokes)
  if (values.length !== keys.length) throw new Error(`${keys.length} keys gave ${values.length} times`)
  return values
}
