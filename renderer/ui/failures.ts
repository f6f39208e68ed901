import type { Failure } from '../../app/contract.ts'

/** What went wrong in a form: the main process tells one failure, the form itself may find several. */
export type Failures = Failure | readonly Failure[] | null

/** The first failure that is about one of the named fields. */
export function failureAt(failures: Failures, names: readonly string[]): Failure | undefined {
  return listOf(failures).find(({ field }) => field !== undefined && names.includes(field))
}

/** The failures without those of the field in which something was just typed or chosen: what they say is no longer so. */
export function withoutEdited<T extends Failures>(failures: T, event: Event): T | Failure[] {
  const names = (event.target as HTMLElement).closest<HTMLElement>('[data-fields]')?.dataset.fields?.split(' ')
  return names && failureAt(failures, names) ? listOf(failures).filter(({ field }) => !names.includes(field ?? '')) : failures
}

/** Gives the keyboard to the first field that is wrong. */
export function focusWrongField(form: HTMLElement | undefined): void {
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
}

export function listOf(failures: Failures): readonly Failure[] {
  return failures === null ? [] : 'message' in failures ? [failures] : failures
}
