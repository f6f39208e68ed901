/** Gives a text, or the bytes of a file, to the person as a file, the way the host's browser does. */
export function download(fileName: string, content: string | Uint8Array<ArrayBuffer>, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  // The download has begun by then; an address that is never revoked keeps what it is of in memory.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
