import { SvelteMap } from 'svelte/reactivity'
import type { GridView } from '../../app/contract.ts'
import type { Bridge } from '../bridge.ts'

/** The tables that are open, the oldest first, and which of each session's is in front: the newest unless told. */
export class Grids {
  readonly bridge: Bridge
  all = $state.raw<GridView[]>([])
  readonly #front = new SvelteMap<string, string>()

  constructor(bridge: Bridge) {
    this.bridge = bridge
    bridge.on('grid.changed', (grid) => this.#take(grid))
    bridge.on('grid.removed', ({ id }) => (this.all = this.all.filter((grid) => grid.id !== id)))
    bridge.onState((state) => {
      if (state === 'connected') bridge.call('grids.list', null).then(({ grids }) => (this.all = grids), () => {})
    })
  }

  of(sessionId: string): GridView[] {
    return this.all.filter((grid) => grid.sessionId === sessionId)
  }

  front(sessionId: string): GridView | null {
    const own = this.of(sessionId)
    return own.find(({ id }) => id === this.#front.get(sessionId)) ?? own.at(-1) ?? null
  }

  show(sessionId: string, id: string): void {
    this.#front.set(sessionId, id)
  }

  #take(grid: GridView): void {
    const isKnown = this.all.some(({ id }) => id === grid.id)
    this.all = isKnown ? this.all.map((old) => (old.id === grid.id ? grid : old)) : [...this.all, grid]
    if (!isKnown) this.#front.set(grid.sessionId, grid.id)
  }
}
