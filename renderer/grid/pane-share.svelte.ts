/** Which part of a session's place its table has, the same for all of them. */
class PaneShare {
  value = $state(0.45)

  set(share: number): void {
    this.value = Math.min(0.85, Math.max(0.15, share))
  }
}

export const paneShare = new PaneShare()
