import type { SettingValues } from '../../app/contract.ts'

/** What a program prints may ring a thousand times a second. */
const pauseMs = 500
const flashMs = 250
const toneHertz = 660
const toneSeconds = 0.09
/** Of full loudness: a short sound that startles nobody. */
const loudness = 0.06

let audio: AudioContext | null = null

/** A terminal's bell, as the settings have it. */
export class Bell {
  readonly #pane: HTMLElement
  #rangAt = -pauseMs

  constructor(pane: HTMLElement) {
    this.#pane = pane
  }

  ring(kind: SettingValues['terminal.bell']): void {
    if (kind === 'none' || performance.now() - this.#rangAt < pauseMs) return
    this.#rangAt = performance.now()
    if (kind === 'visual') this.#flash()
    else sound()
  }

  /** One step and no fading: there is nothing in it that moves. */
  #flash(): void {
    const lit = { outline: '3px solid var(--warn)', outlineOffset: '2px' }
    this.#pane.animate([lit, lit], { duration: flashMs })
  }
}

function sound(): void {
  try {
    audio ??= new AudioContext()
    const tone = audio.createOscillator()
    const volume = audio.createGain()
    tone.frequency.value = toneHertz
    volume.gain.value = loudness
    tone.connect(volume).connect(audio.destination)
    tone.start()
    tone.stop(audio.currentTime + toneSeconds)
  } catch {
    // A computer without a sound device has no bell.
  }
}
