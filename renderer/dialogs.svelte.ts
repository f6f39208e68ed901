import type { Direction, EventData, Profile, Service, SessionView, SettingKey, SignInView, Snippet, Tab } from '../app/contract.ts'
import type { Bridge } from './bridge.ts'
import type { GuideStart } from './guide/guide-start.ts'
import type { RunStart } from './runs/run-start.ts'

type Question = EventData<'question.asked'>
type CredentialQuestion = EventData<'credential.asked'>

/** What the person opened. */
export type Opened =
  | { kind: 'editor'; profile?: Profile }
  | { kind: 'delete'; profile: Profile }
  | { kind: 'import' }
  | { kind: 'export'; profile?: Profile }
  | { kind: 'signIns' }
  | { kind: 'powershell' }
  | { kind: 'token' }
  | { kind: 'expiry' }
  | { kind: 'commands'; profile?: Profile }
  | { kind: 'lock' }
  | { kind: 'updates' }
  | { kind: 'network' }
  | { kind: 'diagnostics' }
  | { kind: 'notices' }
  | { kind: 'shortcuts' }
  | { kind: 'settings'; start?: SettingKey }
  | { kind: 'signInAgain'; session: SessionView; signIn: SignInView }
  | { kind: 'snippets'; start?: Snippet }
  | { kind: 'runs'; start?: RunStart }
  | { kind: 'broadcast' }
  | { kind: 'check'; profile: Profile; service?: Service }

/** The dialogs in front of the window: what the person opened, and what the main process asks, one after another. */
export class Dialogs {
  opened = $state.raw<Opened | null>(null)
  menu = $state.raw<{ profile: Profile; place: { x: number; y: number } } | null>(null)
  paneMenu = $state.raw<{ session: SessionView; place: { x: number; y: number } } | null>(null)
  tabMenu = $state.raw<{ tab: Tab; place: { x: number; y: number } } | null>(null)
  /** Where the menu of the tools is open. */
  tools = $state.raw<{ x: number; y: number } | null>(null)
  isPaletteOpen = $state(false)
  /** Where the palette opens the tenant that is chosen, beside the pane in front; null: it goes anywhere. */
  splitSide = $state<Direction | null>(null)
  /** The set-up guide, which may lie over the editor. */
  guide = $state.raw<GuideStart | null>(null)
  questions = $state.raw<Question[]>([])
  credentialQuestions = $state.raw<CredentialQuestion[]>([])
  readonly #bridge: Bridge

  openPalette(splitSide: Direction | null = null): void {
    this.splitSide = splitSide
    this.isPaletteOpen = true
  }

  closePalette(): void {
    this.splitSide = null
    this.isPaletteOpen = false
  }

  constructor(bridge: Bridge) {
    this.#bridge = bridge
    bridge.on('question.asked', (question) => {
      this.questions = [...this.questions.filter(({ id }) => id !== question.id), question]
    })
    bridge.on('credential.asked', (question) => {
      this.credentialQuestions = [...this.credentialQuestions.filter(({ id }) => id !== question.id), question]
    })
    bridge.on('credential.withdrawn', ({ id }) => this.dropCredentialQuestion(id))
    // Whoever comes back is asked again what still waits.
    bridge.onLost(() => {
      this.questions = []
      this.credentialQuestions = []
    })
  }

  /** The answer to the foremost question. */
  answer(question: Question, yes: boolean): void {
    this.questions = this.questions.filter(({ id }) => id !== question.id)
    // A question whose asker is gone needs no answer.
    void this.#bridge.call('app.answer', { id: question.id, yes }).catch(() => {})
  }

  dropCredentialQuestion(id: string): void {
    this.credentialQuestions = this.credentialQuestions.filter((question) => question.id !== id)
  }
}
