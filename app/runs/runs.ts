import type { CallRequest, RunSummary, RunView } from '../contract.ts'
import { failure } from '../failures.ts'

/** All runs across tenants. */
export class Runs {
  list(): RunSummary[] {
    return []
  }

  get(_id: string): RunView {
    throw failure('run-not-found')
  }

  start(_wish: CallRequest<'runs.start'>): { id: string } {
    throw failure('internal', { what: 'runs are not built yet' })
  }

  cancel(_id: string, _profileId?: string): void {
    throw failure('run-not-found')
  }

  retry(_id: string): void {
    throw failure('run-not-found')
  }

  answer(_id: string, _number: number): void {
    throw failure('run-not-found')
  }

  refuse(_id: string): void {
    throw failure('run-not-found')
  }

  async remove(_id: string): Promise<void> {
    throw failure('run-not-found')
  }
}
