/** Puts a text on the clipboard; answers what to say of it: `done`, or that it could not be. */
export async function copied(text: string, done: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text)
    return done
  } catch {
    return 'The clipboard could not be written.'
  }
}
