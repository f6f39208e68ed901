const key = 'tenantry.screenReader'

/** Whether terminals tell their lines to a screen reader. Off at first: xterm.js is slower with it. */
class ScreenReader {
  isOn = $state(localStorage.getItem(key) === 'on')

  toggle(): void {
    this.isOn = !this.isOn
    localStorage.setItem(key, this.isOn ? 'on' : 'off')
  }
}

export const screenReader = new ScreenReader()
