import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Snippet } from '../../app/contract.ts'
import type { Handlers } from '../../app/dispatcher.ts'
import { TenantryError } from '../../app/failures.ts'
import { putSnippet } from '../../app/snippets/put.ts'
import { Snippets } from '../../app/snippets/snippets.ts'
import type { FakeSession } from './fake-session.ts'

/** The real snippets, in a folder of their own; what is put into a fake session is written down there as typed. */
export class FakeSnippets extends Snippets {
  readonly #sessions: ReadonlyMap<string, FakeSession>

  constructor(sessions: ReadonlyMap<string, FakeSession>, hasProfile: (id: string) => boolean, onChange: (snippets: Snippet[]) => void) {
    super({ dataFolder: mkdtempSync(join(tmpdir(), 'tenantry-snippets-')), hasProfile, onChange })
    this.#sessions = sessions
  }

  handlers() {
    return {
      'snippets.list': () => ({ snippets: this.list() }),
      'snippets.save': (input) => this.save(input),
      'snippets.delete': ({ id }) => this.delete(id),
      'snippets.put': async (input) => ({
        refused: await putSnippet(input, this, { list: () => [...this.#sessions.values()].map(({ view }) => view), put: (id, text, how) => this.#put(id, text, how) })
      })
    } satisfies Partial<Handlers>
  }

  async #put(id: string, text: string, { isRun }: { isRun: boolean }): Promise<void> {
    const session = this.#sessions.get(id)!
    if (session.view.busy) throw new TenantryError('prompt-busy', { name: session.view.name })
    session.typed += text + (isRun ? '\r' : '')
  }
}
