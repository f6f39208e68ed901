/** One row of the failure table. `{name}` in a sentence is filled from the error's parameters. */
export interface FailureRow {
  message: string
  hint?: string
  /** Trying the same again, unchanged, may work. */
  retryable: boolean
  /** The form field it is about, where it is about one. */
  field?: string
  /** What the window offers beside it. */
  action?: 'sign-in'
}
