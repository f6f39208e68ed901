import type { Snippet } from '../../app/contract.ts'

/** Where “Run across tenants” opens: at a run, at a new one with a snippet and what was typed for it, or at an empty one. */
export interface RunStart {
  run?: string
  snippet?: Snippet
  values?: Record<string, string>
}
