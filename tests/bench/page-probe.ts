/** What the bench measures inside the page; times are milliseconds since the epoch, with fractions. */
export interface PageProbe {
  /** When the last real event of this type (`click`, `keydown`, `input`) was made, by its own time stamp. */
  lastEvent: Record<string, number>
  /** The visible terminal's rows, read from xterm's DOM renderer. */
  screen(): string
  /** The end of the frame in which the visible terminal first showed this text. */
  whenShown(text: string): Promise<number>
  /** The end of the last frame that changed the visible terminal's text, once it has been quiet for so long. */
  whenQuiet(quietMs: number): Promise<number>
  /** The end of the frame in which `test` first held. */
  when(test: () => boolean): Promise<number>
  now(): number
}

declare global {
  interface Window {
    bench: PageProbe
  }
}

/**
 * Put into the page before its own scripts; must not refer to anything outside of itself. A wait that takes longer than
 * `patienceMs` is rejected with what the terminal shows.
 */
export function installProbe(patienceMs: number): void {
  const now = () => performance.timeOrigin + performance.now()
  const lastEvent: Record<string, number> = {}
  for (const type of ['click', 'keydown', 'input']) {
    addEventListener(type, (event) => (lastEvent[type] = performance.timeOrigin + event.timeStamp), true)
  }
  /** A message is a task of its own: it runs once the frame that is being made is painted. */
  const afterFrame = () =>
    new Promise<number>((resolve) => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => {
        channel.port1.close()
        resolve(now())
      }
      channel.port2.postMessage(null)
    })
  const screen = () => {
    const rows = document.querySelector('section[aria-label^="Terminal "]:not([hidden]) .xterm-rows')
    return [...(rows?.children ?? [])].map((row) => row.textContent ?? '').join('\n').replaceAll('\u00a0', ' ')
  }
  const onChange = (listener: () => void) => {
    const observer = new MutationObserver(listener)
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
    return () => observer.disconnect()
  }
  const when = (test: () => boolean) =>
    new Promise<number>((resolve, reject) => {
      let stop = () => {}
      const timer = setTimeout(() => {
        stop()
        reject(new Error(`waited in vain; the terminal shows ${JSON.stringify(screen().trim().slice(-500))}`))
      }, patienceMs)
      const look = () => {
        if (!test()) return
        clearTimeout(timer)
        stop()
        void afterFrame().then(resolve)
      }
      stop = onChange(look)
      look()
    })
  const whenQuiet = (quietMs: number) =>
    new Promise<number>((resolve) => {
      let text = screen()
      let last = now()
      const stop = onChange(() => {
        const next = screen()
        if (next === text) return
        text = next
        void afterFrame().then((at) => (last = at))
      })
      const timer = setInterval(() => {
        if (now() - last < quietMs) return
        clearInterval(timer)
        stop()
        resolve(last)
      }, 50)
    })
  window.bench = { lastEvent, screen, when, whenQuiet, whenShown: (text) => when(() => screen().includes(text)), now }
}
