/** Gives a text to the person as a file, the way the host's browser does. */
export function download(fileName: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  // The download has begun by then; an address that is never revoked keeps its text in memory.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
