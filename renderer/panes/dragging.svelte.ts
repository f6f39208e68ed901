import { sideAt, type Side } from './layout.ts'

/** What is dragged: a pane by its name, or a tab. */
export interface Dragged {
  kind: 'pane' | 'tab'
  id: string
  /** The panes that it takes along. */
  panes: readonly string[]
  label: string
  colour: string
}

/** Where it would be let go. */
export type DropPlace = { kind: 'pane'; pane: string; side: Side | 'middle' } | { kind: 'tabs'; index: number }

/** A press that moves less is a click. */
const leastDragPixels = 6

/** Dragging panes and tabs by the pointer; Escape gives it up. Places are found by their `data-pane` and `data-tabs`. */
export class Dragging {
  dragged = $state.raw<Dragged | null>(null)
  place = $state.raw<DropPlace | null>(null)
  point = $state.raw({ x: 0, y: 0 })

  /** Begins with a press on what is dragged; `onDrop` is called where it is let go over a place. */
  begin(press: PointerEvent, dragged: Dragged, onDrop: (place: DropPlace) => void): void {
    if (press.button !== 0) return
    const move = (event: PointerEvent) => {
      const { clientX: x, clientY: y } = event
      if (!this.dragged && Math.hypot(x - press.clientX, y - press.clientY) < leastDragPixels) return
      this.dragged = dragged
      this.point = { x, y }
      this.place = placeAt(x, y, dragged)
      event.preventDefault()
    }
    const release = () => {
      const place = this.dragged && this.place
      // The click that follows a drag is none.
      if (this.dragged) addEventListener('click', swallow, { capture: true, once: true })
      setTimeout(() => removeEventListener('click', swallow, true))
      end()
      if (place) onDrop(place)
    }
    const swallow = (click: MouseEvent) => (click.preventDefault(), click.stopPropagation())
    const giveUp = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !this.dragged) return
      event.preventDefault()
      event.stopPropagation()
      end()
    }
    const end = () => {
      this.dragged = this.place = null
      removeEventListener('pointermove', move)
      removeEventListener('pointerup', release)
      removeEventListener('pointercancel', end)
      removeEventListener('blur', end)
      removeEventListener('keydown', giveUp, true)
    }
    addEventListener('pointermove', move)
    addEventListener('pointerup', release)
    addEventListener('pointercancel', end)
    addEventListener('blur', end)
    addEventListener('keydown', giveUp, true)
  }
}

function placeAt(x: number, y: number, dragged: Dragged): DropPlace | null {
  const under = document.elementFromPoint(x, y)
  const bar = under?.closest('[data-tabs]')
  if (bar) return { kind: 'tabs', index: indexAt(bar, x, dragged) }
  const pane = under?.closest<HTMLElement>('[data-pane]')
  const id = pane?.dataset.pane
  if (!pane || !id || dragged.panes.includes(id)) return null
  const { left, top, width, height } = pane.getBoundingClientRect()
  return { kind: 'pane', pane: id, side: sideAt((x - left) / width, (y - top) / height) }
}

/** The place among the other tabs. */
function indexAt(bar: Element, x: number, dragged: Dragged): number {
  const others = [...bar.querySelectorAll<HTMLElement>('[data-tab]')].filter((tab) => tab.dataset.tab !== dragged.id)
  return others.filter((tab) => {
    const { left, width } = tab.getBoundingClientRect()
    return x > left + width / 2
  }).length
}
